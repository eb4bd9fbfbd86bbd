import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Entry, envelope, idOf, jsonl, paginated, record, TestHome, turn } from '../builders.ts';
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
  ...[
    'mkdir',
    'link',
    'linkat',
    'unlink',
    'unlinkat',
    'rename',
    'write',
    'pwrite64',
    'ftruncate',
    'fdatasync',
    'fsync',
  ],
  'flock',
];
const parents: [kind: string, add: (home: TestHome) => string][] = [
  ['copied', (home) => home.rollout(id, envelope(record.meta(id), ...manyTurns(40)))],
  [
    'referred to',
    (home) => home.rollout(id, paginated(0, record.meta(id, { history_mode: 'paginated' }), ...manyTurns(4))),
  ],
];

let script: string;
beforeAll(async () => {
  script = await buildScript('forking-run');
});

describe.skipIf(!canTrace)(`a fork that is killed (seed ${seed})`, { timeout: 1_800_000 }, () => {
  it.each(parents)('at any change to the home is whole or not there, when its parent is %s', async (_, addParent) => {
    const points = await withHome(addParent, ({ home }) => findCallPoints(commandFor(home), home.path, changes));
    expect(points.length).toBeGreaterThan(10);
    const tally = { whole: 0, none: 0 };
    const kills = isFull ? points : spreadOf(points, 18, createRandom(seed));
    let killed = 0;
    for (const point of kills) {
      await withHome(addParent, async ({ home, parent, text }) => {
        if (isKilled(await killAt(point, commandFor(home)))) killed++;
        const left = forksIn(home, text);
        tally[left.length === 0 ? 'none' : 'whole']++;
        expect(await run(home)).toMatchObject({ code: 0, stderr: '' });
        expect([point, leftovers(home)]).toEqual([point, []]);
        expect(forksIn(home, text).length).toBe(left.length + 1);
        expect(readFileSync(parent, 'utf8')).toBe(text);
      });
    }
    expect(killed).toBeGreaterThan(kills.length * 0.7);
    expect(tally.none).toBeGreaterThan(0);
    process.stdout.write(`${killed} of ${kills.length} killed, ${points.length} calls: ${JSON.stringify(tally)}\n`);
  });
});

describe.skipIf(!canTrace)('a fork whose disk', { timeout: 120_000 }, () => {
  it.each([
    ['is full', 'fdatasync:error=ENOSPC:when=1'],
    ['is full when the note is written', 'fsync:error=ENOSPC:when=1'],
    ['fails', 'fsync:error=EIO:when=1+'],
    ['has no room for a name', 'link,linkat:error=ENOSPC:when=1'],
    ['has no room for a folder', 'mkdir:error=ENOSPC:when=2+'],
  ])('%s is not there, and says why', async (_, injection) => {
    await withHome((parents[0] as (typeof parents)[0])[1], async ({ home, parent, text }) => {
      const end = await run(home, injecting(injection));
      expect(end).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/no space left|i\/o error/) });
      expect([forksIn(home, text), leftovers(home), readFileSync(parent, 'utf8')]).toEqual([[], [], text]);
    });
  });

  it.each([1, 4, 8])('takes only %i KiB of a file', async (kilobytes) => {
    await withHome((parents[0] as (typeof parents)[0])[1], async ({ home, text }) => {
      const end = await run(home, ['bash', '-c', `trap "" XFSZ; ulimit -f ${kilobytes}; exec "$@"`, 'bash']);
      expect(end).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/file too large/) });
      expect([forksIn(home, text), leftovers(home)]).toEqual([[], []]);
    });
  });
});

describe('forty forks at once', { timeout: 300_000 }, () => {
  it.each(parents)('of a session that is written to are forty whole ones, when it is %s', async (kind, addParent) => {
    await withHome(addParent, async ({ home, parent, text }) => {
      let added = text;
      let next = 1000;
      const timer = setInterval(() => {
        const entries = turn(`turn ${next}`);
        const from = added.split('\n').length - 1;
        const lines = jsonl(kind === 'copied' ? envelope(...entries) : paginated(from, ...entries));
        // In pieces, as somebody sees it who reads meanwhile.
        for (const piece of [lines.slice(0, 100), lines.slice(100)]) appendFileSync(parent, piece);
        added += lines;
        next++;
      }, 5);
      const ends = await Promise.all(Array.from({ length: 40 }, () => run(home)));
      clearInterval(timer);
      expect(ends.filter(({ code, stderr }) => code !== 0 || stderr !== '')).toEqual([]);
      expect(new Set(ends.map(({ stdout }) => stdout)).size).toBe(40);
      expect(next).toBeGreaterThan(1010);
      expect(readFileSync(parent, 'utf8')).toBe(added);
      expect(forksIn(home, added).length).toBe(40);
      expect(await run(home)).toMatchObject({ code: 0 });
      expect(leftovers(home)).toEqual([]);
    });
  });
});

function manyTurns(count: number): Entry[] {
  return Array.from({ length: count }, (_, index) => turn(`turn ${index} ${'x'.repeat(500)}`)).flat();
}

interface Scene {
  home: TestHome;
  parent: string;
  /** What the parent held. */
  text: string;
}

async function withHome<Result>(addParent: (home: TestHome) => string, act: (scene: Scene) => Promise<Result>) {
  const root = mkdtempSync(join(tmpdir(), 'sessions-fork-'));
  const home = new TestHome(join(root, 'home'));
  try {
    const parent = addParent(home);
    return await act({ home, parent, text: readFileSync(parent, 'utf8') });
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

/** Ids of the forks in a home, each of which is whole: a copy of the beginning of its parent, or a reference into it. */
function forksIn(home: TestHome, parentText: string): string[] {
  const files = readdirSync(join(home.path, 'sessions'), { recursive: true, withFileTypes: true });
  const forks = files.filter((entry) => entry.isFile() && !entry.name.includes(id));
  return forks.map(({ parentPath, name }) => {
    const [first = '', ...rest] = readFileSync(join(parentPath, name), 'utf8').split('\n');
    const { payload } = JSON.parse(first);
    const { history_base: base } = payload;
    const inherited = base ? parentText.slice(0, base.end_byte_offset) : rest.join('\n');
    const note = join(home.path, '.sessions/lineage', `${payload.id}.json`);
    if (base) expect(rest).toEqual(['']);
    else expect(JSON.parse(readFileSync(note, 'utf8')).thread_id).toBe(payload.id);
    expect([name.includes(payload.id), parentText.startsWith(inherited)]).toEqual([true, true]);
    expect(inherited.endsWith('\n') && inherited.includes('task_complete')).toBe(true);
    return payload.id;
  });
}

/** What is in a home that belongs to no session. */
function leftovers(home: TestHome): string[] {
  const namesIn = (folder: string) =>
    existsSync(join(home.path, folder)) ? readdirSync(join(home.path, folder)).map((name) => `${folder}/${name}`) : [];
  const notes = namesIn('.sessions/lineage').filter((note) => {
    const threadId = note.slice('.sessions/lineage/'.length, -'.json'.length);
    const files = readdirSync(join(home.path, 'sessions'), { recursive: true });
    return !files.some((file) => String(file).includes(threadId));
  });
  const locks = namesIn('thread-writer-locks').filter((lock) => !lock.endsWith('.coordination.lock'));
  return [...namesIn('.sessions/tmp'), ...notes, ...locks];
}
