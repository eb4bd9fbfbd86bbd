import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { homeAt } from '../../src/store/home.ts';
import { verifyJournal } from '../../src/store/journal-read.ts';
import { idOf, jsonl, paginated, record, rolloutName, TestHome, turn, zstdFrame } from '../builders.ts';
import { buildScript } from '../support/built.ts';
import { findCallPoints, killAt, spreadOf } from '../support/kill-points.ts';
import { createRandom } from '../support/random.ts';
import { runInHome } from '../support/run-in-home.ts';
import { canTrace, injecting, isKilled } from '../support/strace.ts';
import { isFull } from './recorder-runs.ts';

const id = idOf(7);
const seed = Number(process.env.SESSIONS_SEED ?? 1 + (process.pid % 10_000));
/** Everything by which something in a home is changed; what opening a file makes shows at the next of them. */
const changes = [
  ...['mkdir', 'link', 'linkat', 'unlink', 'unlinkat', 'rename', 'rmdir', 'write', 'pwrite64', 'ftruncate'],
  ...['fdatasync', 'fsync', 'flock', 'fchmod'],
];

/** What a turn_context of this form holds is of no matter here. */
const talk = [...turn('one'), ...turn('two')].filter(([type]) => type !== 'turn_context');
const meta = record.meta(id, { history_mode: 'paginated', session_id: id });
const whole = Buffer.from(jsonl(paginated(0, meta, ...talk)));
const torn = Buffer.from('{"timestamp":"2026-01-02T03:');
const middle = whole.indexOf('\n', whole.length / 2) + 1;
/** A file that is damaged, and the content of the one that comes in its place. */
const damages: [kind: string, ending: string, stored: Buffer, repaired: Buffer][] = [
  [
    'with a torn line in the middle',
    '.jsonl',
    Buffer.concat([whole.subarray(0, middle), torn, whole.subarray(middle)]),
    whole,
  ],
  [
    'compressed and cut short',
    '.jsonl.zst',
    Buffer.concat([zstdFrame(whole), zstdFrame(Buffer.alloc(9000, 'x')).subarray(0, 12)]),
    whole,
  ],
];

let script: string;
beforeAll(async () => {
  script = await buildScript('repairing-run');
});

describe.skipIf(!canTrace)(`a repair that is killed (seed ${seed})`, { timeout: 3_600_000 }, () => {
  it.each(damages)(
    'at any change to the home leaves one of both files, for one %s',
    async (_, ending, stored, repaired) => {
      const points = await withHome(ending, stored, (home) => findCallPoints(commandFor(home), home.path, changes));
      expect(points.length).toBeGreaterThan(20);
      const tally = { original: 0, repaired: 0 };
      const kills = isFull ? points : spreadOf(points, 22, createRandom(seed));
      let killed = 0;
      for (const point of kills) {
        await withHome(ending, stored, async (home) => {
          if (isKilled(await killAt(point, commandFor(home)))) killed++;
          const found = findIn(home);
          const isOriginal = found.name.endsWith(ending) && found.bytes.equals(stored);
          expect([point, isOriginal || found.bytes.equals(repaired)]).toEqual([point, true]);
          tally[isOriginal ? 'original' : 'repaired']++;
          const again = await run(home);
          expect([point, again]).toEqual([
            point,
            { code: 0, signal: null, stdout: expect.stringMatching(/^(repaired|nothing)\n$/), stderr: '' },
          ]);
          expect([point, findIn(home).bytes.equals(repaired), trashedIn(home)]).toEqual([point, true, [stored]]);
          expect([point, leftovers(home)]).toEqual([point, []]);
          expect([point, verifyJournal(homeAt(home.path))]).toMatchObject([point, { ok: true }]);
        });
      }
      expect(killed).toBeGreaterThan(kills.length * 0.7);
      expect(Math.min(tally.original, tally.repaired)).toBeGreaterThan(0);
      process.stdout.write(`${killed} of ${kills.length} killed, ${points.length} calls: ${JSON.stringify(tally)}\n`);
    },
  );
});

describe.skipIf(!canTrace)('a repair whose disk', { timeout: 300_000 }, () => {
  it.each([
    ['is full', 'fdatasync:error=ENOSPC:when=1'],
    ['is full when the quarantine is written', 'fdatasync:error=ENOSPC:when=2'],
    ['has no room for the journal', 'pwrite64:error=ENOSPC:when=1+'],
    ['fails', 'fsync:error=EIO:when=2+'],
    ['has no room for a name', 'link,linkat:error=ENOSPC:when=1'],
    ['has no room for a folder', 'mkdir:error=ENOSPC:when=3+'],
    ['cannot rename', 'rename:error=EIO:when=1'],
  ])('%s leaves the original, says why, and works the next time', async (_, injection) => {
    const [, ending, stored, repaired] = damages[0] as (typeof damages)[0];
    await withHome(ending, stored, async (home) => {
      const end = await run(home, injecting(injection));
      expect(end).toMatchObject({ code: 2, stderr: expect.stringMatching(/no space left|i\/o error|cannot/) });
      expect(findIn(home).bytes.equals(stored)).toBe(true);
      expect(await run(home)).toMatchObject({ code: 0, stdout: 'repaired\n', stderr: '' });
      expect([findIn(home).bytes.equals(repaired), trashedIn(home), leftovers(home)]).toEqual([true, [stored], []]);
    });
  });

  it.each([1, 2])('takes only %i KiB of a file leaves the original', async (kilobytes) => {
    const [, ending, stored] = damages[0] as (typeof damages)[0];
    await withHome(ending, stored, async (home) => {
      const end = await run(home, ['bash', '-c', `trap "" XFSZ; ulimit -f ${kilobytes}; exec "$@"`, 'bash']);
      expect(end).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/file too large/) });
      expect([findIn(home).bytes.equals(stored), trashedIn(home)]).toEqual([true, []]);
      expect(await run(home)).toMatchObject({ code: 0, stdout: 'repaired\n' });
      expect(leftovers(home)).toEqual([]);
    });
  });
});

async function withHome<Result>(ending: string, stored: Buffer, act: (home: TestHome) => Promise<Result>) {
  const root = mkdtempSync(join(tmpdir(), 'sessions-repair-'));
  const home = new TestHome(join(root, 'home'));
  try {
    home.write(`sessions/2026/01/02/${rolloutName(id).replace('.jsonl', ending)}`, stored);
    // Nobody but this program has worked here, so it is known that nobody has the session open.
    home.write('.sessions/begun-here', '');
    mkdirSync(join(home.path, 'thread-writer-locks'));
    return await act(home);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function commandFor(home: TestHome): string[] {
  return [process.execPath, script, home.path, id];
}

function run(home: TestHome, before: string[] = []) {
  return runInHome(script, home, id, before);
}

/** What readers find: the plain file where both are there. */
function findIn(home: TestHome): { name: string; bytes: Buffer } {
  const folder = join(home.path, 'sessions/2026/01/02');
  const name = readdirSync(folder).sort()[0] as string;
  return { name, bytes: readFileSync(join(folder, name)) };
}

/** Originals in the trash. */
function trashedIn(home: TestHome): Buffer[] {
  const trash = join(home.path, '.sessions/trash');
  if (!existsSync(trash)) return [];
  const files = readdirSync(trash, { recursive: true }).map(String);
  return files
    .filter((file) => /^[^/]+\/files\/.*\.(jsonl|zst)$/.test(file))
    .map((file) => readFileSync(join(trash, file)));
}

/** What is in a home that belongs to no session. */
function leftovers(home: TestHome): string[] {
  const namesIn = (folder: string) => (existsSync(join(home.path, folder)) ? readdirSync(join(home.path, folder)) : []);
  const rollouts = namesIn('sessions/2026/01/02');
  const locks = namesIn('thread-writer-locks').filter((lock) => !lock.endsWith('.coordination.lock'));
  return [...namesIn('.sessions/tmp'), ...locks, ...rollouts.slice(1)];
}
