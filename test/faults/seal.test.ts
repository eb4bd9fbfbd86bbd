import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  closeSync,
  cpSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { idOf, jsonl, makeFolder } from '../builders.ts';
import { failAt, findCallPoints, killAt, sampleOf } from '../support/kill-points.ts';
import { createRandom } from '../support/random.ts';
import { program } from '../support/run-program.ts';
import { SealedHome, sessionLines } from '../support/sealed-home.ts';
import { canTrace, injecting } from '../support/strace.ts';
import { isFull } from './recorder-runs.ts';

const seed = Number(process.env.SESSIONS_SEED ?? 1 + (process.pid % 10_000));
const [one, two] = [idOf(1), idOf(2)];
/** A home with a sealed session that has grown, and one that is new. */
async function prepare() {
  const sealed = new SealedHome();
  const path = sealed.home.rollout(one, sessionLines(one, 2));
  await sealed.runSeal();
  appendFileSync(path, '{}\n');
  sealed.home.rollout(two, sessionLines(two, 1));
  const kept = join(makeFolder(), 'home');
  cpSync(sealed.home.path, kept, { recursive: true });
  const reset = () => {
    rmSync(sealed.home.path, { recursive: true });
    cpSync(kept, sealed.home.path, { recursive: true });
    sealed.forget();
  };
  return { sealed, reset };
}

async function run(sealed: SealedHome, before: string[], args: string[]) {
  const [file = '', ...rest] = [...before, process.execPath, program, ...args];
  const child = spawn(file, rest, { env: sealed.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stdout.resume();
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, stderr };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true }).map(String);
}

/** The program with the environment of the sealed home, for a tracer that has one of its own. */
function commandOf({ env }: SealedHome, ...args: string[]): string[] {
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return ['env', ...settings, process.execPath, program, ...args];
}

/** Files that are not whole, and signatures of nothing. */
function leftovers(sealed: SealedHome): string[] {
  const names = filesBelow(sealed.path('.sessions/seals'));
  return names.filter(
    (name) => name.endsWith('.new') || (name.endsWith('.sig') && !names.includes(name.slice(0, -'.sig'.length))),
  );
}

describe.skipIf(!canTrace)('a run of seal that is killed', { timeout: 3_600_000 }, () => {
  it('or whose disk is full, at any change to the home, leaves the seals before it, or those behind it', async () => {
    const { sealed, reset } = await prepare();
    const seal = commandOf(sealed, 'seal', '--key', sealed.key);
    const points = await findCallPoints(seal, sealed.home.path);
    const named = points.filter(({ call }) => /^(rename|unlink|mkdir|rmdir|link)/.test(call));
    expect(named.length).toBeGreaterThan(15);
    const others = points.filter((point) => !named.includes(point));
    const random = createRandom(seed);
    const chosen = isFull ? points : [...sampleOf(named, 12, random), ...sampleOf(others, 4, random)];
    const tally: Record<string, number> = {};
    for (const point of chosen) {
      for (const end of ['KILL', 'ENOSPC']) {
        reset();
        // Of the run before, which got further.
        sealed.forget();
        await (end === 'KILL' ? killAt(point, seal) : failAt(point, end, seal));
        const where = [seed, end, point];
        const left = await sealed.verify();
        const state = `${left.statuses.join(' ')}, log ${left.log?.status}`;
        tally[state] = (tally[state] ?? 0) + 1;
        const allowed = expect.stringMatching(/^(TAIL|VERIFIED) (UNSEALED|VERIFIED), log (TAIL|VERIFIED)$/);
        expect([where, state]).toEqual([where, allowed]);
        const again = await run(sealed, [], ['seal', '--key', sealed.key]);
        const said = expect.stringMatching(/^(sessions: took over .*\n)?$/);
        expect([where, again]).toEqual([where, { code: 0, stderr: said }]);
        const then = await sealed.verify('--strict');
        expect([where, then.code, then.statuses]).toEqual([where, 0, ['VERIFIED', 'VERIFIED']]);
        expect([where, leftovers(sealed)]).toEqual([where, []]);
      }
    }
    process.stdout.write(`seed ${seed}, ${named.length} of ${points.length} calls: ${JSON.stringify(tally)}\n`);
    expect(Object.keys(tally).length).toBeGreaterThan(1);
  });

  it.each([
    ['is full', 'write:error=ENOSPC:when=1+', '.sessions/seals'],
    ['fails', 'fsync:error=EIO:when=1+', '.sessions/seals'],
    ['fails for the log', 'fdatasync:error=EIO:when=1+', '.sessions/seals'],
  ])('a run whose disk %s says so, and leaves what was sealed', async (_, injection) => {
    const { sealed } = await prepare();
    const end = await run(sealed, injecting(injection, watched(sealed)), [...['seal', '--key', sealed.key, '-q']]);
    expect(end).toMatchObject({ code: 2, stderr: expect.stringMatching(/no space left|i\/o error/) });
    expect(await sealed.verify()).toMatchObject({
      code: 1,
      statuses: ['TAIL', 'UNSEALED'],
      log: { status: 'VERIFIED' },
    });
    expect(await run(sealed, [], ['seal', '--key', sealed.key])).toEqual({ code: 0, stderr: '' });
  });
});

/** Only what lies among the seals: the program itself has to write as well. */
function watched(sealed: SealedHome): string[] {
  const seals = sealed.path('.sessions/seals');
  const files = [
    'log.jsonl',
    `${one}/leaves.new`,
    `${two}/leaves.new`,
    `${one}/checkpoints/18.sig.new`,
    `${two}/checkpoints/9.sig.new`,
  ];
  return files.map((name) => join(seals, name));
}

describe('the memory of a large session', { timeout: 1_200_000 }, () => {
  it.skipIf(!existsSync('/usr/bin/time'))('has a limit, for seal and verify', async () => {
    const sealed = new SealedHome();
    const path = sealed.home.rollout(one, sessionLines(one, 1));
    const chunk = Buffer.from(jsonl(sessionLines(one, 400, 'y'.repeat(900)).slice(1)));
    const file = openSync(path, 'a');
    while (statSync(path).size < (isFull ? 1e9 : 150e6)) writeSync(file, chunk);
    // And one line that is larger than a string may be.
    const part = Buffer.alloc(1e6, 'z');
    for (let at = 0; at < (isFull ? 700 : 40); at++) writeSync(file, part);
    writeSync(file, '\n');
    closeSync(file);
    for (const args of [
      ['seal', '--key', sealed.key],
      ['verify', '--strict'],
    ]) {
      const log = join(sealed.outside, 'time');
      const began = Date.now();
      const end = await run(sealed, ['/usr/bin/time', '-f', '%M', '-o', log], args);
      const said = args[0] === 'seal' ? expect.stringMatching(/^sessions: a new log of seals begins here.*\n$/) : '';
      expect([args[0], end]).toEqual([args[0], { code: 0, stderr: said }]);
      const kilobytes = Number(readFileSync(log, 'utf8'));
      process.stdout.write(`${args[0]}: ${statSync(path).size / 1e6} MB, ${kilobytes} KB, ${Date.now() - began} ms\n`);
      expect(kilobytes).toBeLessThan(256 * 1024);
    }
  });
});
