import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { newRolloutPath } from '../../src/store/create-rollout.ts';
import { homeAt } from '../../src/store/home.ts';
import type { TestHome } from '../builders.ts';
import { buildScript } from '../support/built.ts';
import type { RecordingPlan } from '../support/recording-plan.ts';
import { canTrace, injecting, isKilled } from '../support/strace.ts';
import {
  addSession,
  badLines,
  isFull,
  makeRunHome,
  planOf,
  type Run,
  type RunEnd,
  readRun,
  recordsIn,
  startRun,
  threadId,
} from './recorder-runs.ts';

let script: string;
beforeAll(async () => {
  script = await buildScript('recording-run');
});

const calls = Array.from({ length: isFull ? 100 : 12 }, (_, index) => index + 1);
/** So many records that there are calls enough. */
const plan = { records: isFull ? 160 : 30, barrierEvery: 1, bytes: [10, 700, 0, 9000] };
const now = Date.parse('2026-03-04T05:06:07Z');

describe.skipIf(!canTrace)('a recording whose disk', { timeout: 1_200_000 }, () => {
  it.each(calls)('is full for one write, the %i-th, goes on', async (call) => {
    await withTrouble(['write', `error=ENOSPC:when=${call}`], {}, ({ run, end, home }) => {
      expect(end).toEqual({ code: 0, signal: null, stderr: '' });
      expectWhole(home, run, plan.records);
    });
  });

  it.each(calls)('is full from the %i-th write on, says so and loses nothing', async (call) => {
    await withTrouble(['write', `error=ENOSPC:when=${call}+`], {}, ({ run, end, home }) => {
      expectTrouble(end, /cannot be written: no space left on device; the last .* in \/.*\/spill-/);
      expectWhole(home, run, null);
    });
  });

  it.each(calls)('fails at the %i-th flush, says so and claims nothing for what it left', async (call) => {
    await withTrouble(['fdatasync', `error=EIO:when=${call}`], {}, ({ run, end, home }) => {
      expectTrouble(end, /cannot be written to the disk: i\/o error; the last .* in \/.*\/spill-/);
      expectWhole(home, run, null);
    });
  });

  it.each(['ENOSPC', 'EIO', 'EDQUOT'])('gives %s when a session begins', async (error) => {
    const once = { path: null, now };
    for (const call of ['write', 'fdatasync']) {
      await withTrouble([call, `error=${error}:when=1`], once, ({ run, end, home }) => {
        expect(end).toEqual({ code: 0, signal: null, stderr: '' });
        expectWhole(home, run, plan.records);
      });
      await withTrouble([call, `error=${error}:when=1+`], once, ({ run, end, home }) => {
        expectTrouble(end, /cannot be written: [a-z/ ]+; the last .* in \//);
        expect([run.written.size, readRun(home).path]).toEqual([0, '']);
        expect(readdirSync(join(home.path, '.sessions/tmp'))).toEqual([`spill-${threadId}-1.jsonl`]);
      });
    }
  });

  it('cannot even take back what it wrote: the next line stands alone', async () => {
    // Writes of the third on are short by the limit of the file's size, and taking back fails as well.
    const limit = ['bash', '-c', 'trap "" XFSZ; ulimit -f 16; exec "$@"', 'bash'];
    const home = makeRunHome();
    try {
      const path = addSession(home);
      const traced = injecting('ftruncate:error=EIO', [path]);
      const run = startRun(script, planOf(home, { ...plan, bytes: [10, 700, 0], path }), [...traced, ...limit]);
      const end = await run.ended;
      expectTrouble(end, /cannot be written: file too large; the last .* in \/.*\/spill-/);
      const { lines, rest } = readRun(home);
      const bad = badLines([...lines, rest].filter(Boolean));
      // Both attempts left a piece, each on a line of its own.
      expect(bad.length).toBeLessThanOrEqual(2);
      const good = [...lines, rest].filter((line) => line !== '' && isJson(line));
      expectAcknowledged(run, recordsIn(good));
      expect(recordsIn(spilled(home))).not.toEqual([]);
    } finally {
      home.remove();
    }
  });
});

describe('a recording whose file may not grow', { timeout: 120_000 }, () => {
  it.each([4, 7, 12, 16, 33])('past %i KiB takes back the piece that was written', async (kilobytes) => {
    const home = makeRunHome();
    try {
      const before = ['bash', '-c', `trap "" XFSZ; ulimit -f ${kilobytes}; exec "$@"`, 'bash'];
      const run = startRun(script, planOf(home, { ...plan, path: addSession(home) }), before);
      expectTrouble(await run.ended, /cannot be written: file too large; the last /);
      expectWhole(home, run, null);
    } finally {
      home.remove();
    }
  });
});

describe.skipIf(!canTrace)('a run that is killed at any call of its end', { timeout: 300_000 }, () => {
  const kills: string[] = [];

  it.each([
    ...['fdatasync', 'fsync', 'link', 'linkat', 'unlink', 'unlinkat', 'rename', 'utimensat', 'fchmod', 'openat'],
  ])('leaves a whole session (%s)', async (call) => {
    for (let nth = 1; await killOnce(`${call}:signal=KILL:when=${nth}`); nth++) kills.push(`${call} ${nth}`);
  });

  it('was killed', () => {
    process.stdout.write(`killed at ${kills.join(', ')}\n`);
    expect(kills.length).toBeGreaterThan(8);
  });
});

/** Tells whether there was such a call. */
async function killOnce(injection: string): Promise<boolean> {
  const home = makeRunHome();
  try {
    const path = addSession(home);
    const watched = [path, `${path}.zst`, join(home.path, '.sessions/tmp', `zst-${threadId}`), join(path, '..')];
    const traced = injecting(injection, watched);
    const run = startRun(script, planOf(home, { records: 2, bytes: [10], path, compress: 'exit' }), traced);
    const end = await run.ended;
    const { lines, rest } = readRun(home);
    expect([injection, badLines(lines), rest]).toEqual([injection, [], '']);
    expectAcknowledged(run, recordsIn(lines));
    const next = startRun(script, planOf(home, { first: 3, records: 1, path, compress: 'exit' }));
    expect(await next.ended).toEqual({ code: 0, signal: null, stderr: '' });
    const folder = readdirSync(join(path, '..'));
    expect([injection, folder]).toEqual([injection, [`${path.split('/').at(-1)}.zst`]]);
    expect(recordsIn(readRun(home).lines).at(-1)).toBe(3);
    expect(readdirSync(join(home.path, '.sessions/tmp'))).toEqual([]);
    return isKilled(end);
  } finally {
    home.remove();
  }
}

describe('two recordings of one session', () => {
  it('are not: the second is refused, and the first is not disturbed', { timeout: 60_000 }, async () => {
    const home = makeRunHome();
    try {
      const path = addSession(home);
      const first = startRun(script, planOf(home, { path, records: 60, pauseMs: 20 }));
      while (first.written.size === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      const second = startRun(script, planOf(home, { path, first: 1000 }));
      const refused = await second.ended;
      expect([refused.code, refused.stderr]).toEqual([5, expect.stringMatching(/node .*has session .* open/)]);
      expect((await first.ended).code).toBe(0);
      expect(recordsIn(readRun(home).lines)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    } finally {
      home.remove();
    }
  });
});

type Scene = { run: Run; end: RunEnd; home: TestHome };

/** Records while calls on the rollout fail, and then looks at what is left. */
async function withTrouble(
  [call, injection]: [string, string],
  more: Partial<RecordingPlan>,
  look: (scene: Scene) => void,
): Promise<void> {
  const home = makeRunHome();
  try {
    const path = more.path === null ? null : addSession(home);
    const watched = path === null ? [newPath(home), join(home.path, '.sessions/tmp', `new-${threadId}`)] : [path];
    const traced = injecting(`${call}:${injection}`, watched);
    const run = startRun(script, planOf(home, { ...plan, ...more, path }), traced);
    look({ run, end: await run.ended, home });
    expect(existsSync(join(home.path, 'thread-writer-locks', `${threadId}.lock`))).toBe(false);
  } finally {
    home.remove();
  }
}

/** The run has the time zone UTC. */
function newPath(home: TestHome): string {
  const zone = process.env.TZ;
  process.env.TZ = 'UTC';
  try {
    return newRolloutPath(homeAt(home.path), threadId, now);
  } finally {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
}

function expectTrouble(end: RunEnd, message: RegExp): void {
  expect(end).toEqual({ code: 2, signal: null, stderr: expect.stringMatching(message) });
  expect(end.stderr).toMatch(/^\/.*\.jsonl: [^\n]*\n$/);
}

/** No line is bad, and every record that was acknowledged is there, in order. */
function expectWhole(home: TestHome, run: Run, records: number | null): void {
  const { lines, rest } = readRun(home);
  expect([badLines(lines), rest]).toEqual([[], '']);
  const found = recordsIn(lines);
  expectAcknowledged(run, found);
  if (records !== null) expect([found.length, run.durable.size]).toEqual([records, records]);
  // What is not acknowledged as durable was saved.
  else {
    const saved = new Set(recordsIn(spilled(home)));
    expect(found.filter((number) => !run.durable.has(number) && !saved.has(number))).toEqual([]);
  }
}

function expectAcknowledged(run: Run, found: number[]): void {
  expect(found).toEqual(found.map((_, index) => index + 1));
  expect([...run.written, ...run.durable].filter((number) => number > found.length)).toEqual([]);
}

function spilled(home: TestHome): string[] {
  const path = join(home.path, '.sessions/tmp', `spill-${threadId}-1.jsonl`);
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
