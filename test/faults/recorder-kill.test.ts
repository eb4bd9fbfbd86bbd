import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { openRecorder } from '../../src/runner/recorder/open-recorder.ts';
import { homeAt } from '../../src/store/home.ts';
import { buildScript } from '../support/built.ts';
import {
  addSession,
  badLines,
  isFull,
  makeRunHome,
  planOf,
  readRun,
  recordsIn,
  startRun,
  threadId,
} from './recorder-runs.ts';

let script: string;
beforeAll(async () => {
  script = await buildScript('recording-run');
});

const kills = isFull ? 1000 : 60;
const seed = Number(process.env.SESSIONS_SEED ?? 1 + (process.pid % 10_000));

describe(`a recording that is killed (seed ${seed})`, () => {
  it(`loses nothing that was acknowledged, ${kills} times`, { timeout: 1_800_000 }, async () => {
    const tally = { torn: 0, acknowledged: 0, compressed: 0 };
    const rounds = Array.from({ length: kills }, (_, round) => round);
    // Two at a time: most of each is waiting for a process to start.
    const worker = async () => {
      for (let round = rounds.shift(); round !== undefined; round = rounds.shift()) await killOnce(round, tally);
    };
    await Promise.all([worker(), worker()]);
    expect(tally.acknowledged).toBeGreaterThan(kills);
    process.stdout.write(`${kills} kills, seed ${seed}: ${JSON.stringify(tally)}\n`);
  });
});

async function killOnce(
  round: number,
  tally: { torn: number; acknowledged: number; compressed: number },
): Promise<void> {
  const random = randomOf(seed * 100_003 + round);
  const home = makeRunHome();
  try {
    // Some are killed while they compress, or shortly before or after.
    const isShort = random() < 0.33;
    const plan = planOf(home, {
      path: random() < 0.5 ? addSession(home) : null,
      records: isShort ? 12 : 100_000,
      bytes: random() < 0.2 ? [3_000_000, 10] : [10, 5000, 200_000, 0],
      pauseMs: random() < 0.5 ? 0 : 3,
      barrierEvery: 1 + Math.floor(random() * 6),
      compress: 'exit',
    });
    const run = startRun(script, plan);
    await firstOf(run);
    await systemClock.sleep(random() * (isShort ? 300 : 80));
    run.child.kill('SIGKILL');
    const end = await run.ended;
    expect([`round ${round}`, end.stderr]).toEqual([`round ${round}`, '']);

    const left = readRun(home);
    const found = recordsIn(left.lines);
    expect([`round ${round}`, badLines(left.lines)]).toEqual([`round ${round}`, []]);
    expect(found).toEqual(found.map((_, index) => index + 1));
    const lost = [...run.written, ...run.durable].filter((number) => number > found.length);
    expect([`round ${round}`, lost]).toEqual([`round ${round}`, []]);
    tally.acknowledged += run.written.size;
    if (left.rest !== '') tally.torn++;
    if (left.path.endsWith('.zst')) tally.compressed++;
    await goOn(home.path, left);
  } finally {
    home.remove();
  }
}

/** The next run takes the session up as if nothing had happened. */
async function goOn(path: string, left: { lines: string[]; rest: string; path: string }): Promise<void> {
  const thread = { kind: 'resumed' as const, threadId, path: left.path };
  const recorder = await openRecorder({ home: homeAt(path), thread, clock: systemClock });
  const tailBytes = Buffer.byteLength(left.rest);
  expect(recorder.tail?.length ?? 0).toBe(tailBytes);
  recorder.item({ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'next' }] });
  const end = await recorder.close({ compress: 'exit' });
  expect(end).toEqual({ path: `${recorder.path}.zst`, problem: null });
  const lines = readRun({ path } as never).lines;
  expect(lines.slice(0, left.lines.length)).toEqual(left.lines);
  expect(JSON.parse(lines.at(-1) as string).payload.content[0].text).toBe('next');
  expect(lines.length).toBe(left.lines.length + 1 + (left.rest === '' ? 0 : 1));
  expect(readdirSync(join(path, '.sessions/tmp'))).toEqual([]);
  expect(existsSync(recorder.path as string)).toBe(false);
}

async function firstOf(run: { written: Set<number>; ended: Promise<unknown> }): Promise<void> {
  let hasEnded = false;
  void run.ended.then(() => {
    hasEnded = true;
  });
  while (run.written.size === 0 && !hasEnded) await systemClock.sleep(1);
}

/** The same numbers for the same seed (mulberry32). */
function randomOf(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
