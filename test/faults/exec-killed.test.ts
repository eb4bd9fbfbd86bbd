import { existsSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { Event } from '../../src/model/event.ts';
import { type ModelServer, startModelServer } from '../support/model-server.ts';
import { createRandom } from '../support/random.ts';
import { worker } from './exec-model.ts';
import { callsIn, type ExecRoom, linesOf, makeExecRoom } from './exec-runs.ts';
import { badLines, isFull, readRun } from './recorder-runs.ts';

const kills = isFull ? 300 : 12;
const seed = Number(process.env.SESSIONS_SEED ?? 1 + (process.pid % 10_000));
const rounds = 4;
/** What such a run writes with `--json`; the first one of a session writes a few more. */
const linesOfRun = 45;

describe(`a run that is killed (seed ${seed})`, () => {
  it(`has recorded what it did and said, ${kills} times`, { timeout: 3_600_000 }, async () => {
    const problems: string[] = [];
    const sizes = [10, 300_000, 0, 5000, 2_000_000];
    const messageBytes = (round: number) => sizes[round % sizes.length] as number;
    const server = await startModelServer(worker({ rounds, messageBytes }, problems));
    const tally = { torn: 0, nothing: 0, marks: 0, told: 0, ended: 0 };
    try {
      const left = Array.from({ length: kills }, (_, round) => round);
      const take = async () => {
        for (let round = left.shift(); round !== undefined; round = left.shift()) await killOnce(round, server, tally);
      };
      await Promise.all([take(), take()]);
    } finally {
      await server.close();
    }
    expect(problems).toEqual([]);
    process.stdout.write(`${kills} kills, seed ${seed}: ${JSON.stringify(tally)}\n`);
    // Otherwise the moments were badly chosen, and nothing was shown.
    expect(tally.marks).toBeGreaterThan(kills);
    expect(tally.told).toBeGreaterThan(kills);
    expect(tally.ended).toBeLessThan(kills * 0.75);
  });
});

type Tally = Record<'torn' | 'nothing' | 'marks' | 'told' | 'ended', number>;

async function killOnce(round: number, server: ModelServer, tally: Tally): Promise<void> {
  const where = `round ${round}`;
  const random = createRandom(seed * 100_003 + round);
  const room = makeExecRoom();
  try {
    room.configure(server.url);
    if (random() < 0.3) room.home.write('.sessions/config.toml', 'compress = "never"\n');
    const isResumed = random() < 0.5;
    if (isResumed) expect([where, (await room.exec(['go first'])).code]).toEqual([where, 0]);
    const before = readRun(room.home).lines;
    const run = room.start([...(isResumed ? ['resume', '--last'] : []), '--json', 'go on']);
    // A quarter of them at their end, when the rollout is compressed and the index brought in step.
    await run.hasSaid(random() < 0.25 ? linesOfRun : Math.floor(random() * linesOfRun));
    await systemClock.sleep(random() * 80);
    run.child.kill('SIGKILL');
    const end = await run.ended;
    expect([where, end.stderr]).toEqual([where, '']);
    if (end.code === 0) tally.ended++;

    const left = readRun(room.home);
    expect([where, badLines(left.lines)]).toEqual([where, []]);
    expect(left.lines.slice(0, before.length).join('\n') === before.join('\n')).toBe(true);
    if (left.rest !== '') tally.torn++;
    expectRecorded(where, room, left.lines, tally);
    await expectTold(where, room, end.stdout, tally);
    await goOn(where, room, left);
  } finally {
    room.remove();
  }
}

/** What is to be seen of a call was recorded before. */
function expectRecorded(where: string, room: ExecRoom, lines: string[], tally: Tally): void {
  const marks = existsSync(join(room.work, 'marks')) ? readFileSync(join(room.work, 'marks'), 'utf8').split('\n') : [];
  const patches = readdirSync(room.work).flatMap((name) => /^patch-(\d+)$/.exec(name)?.[1] ?? []);
  const seen = [...marks.filter(Boolean), ...patches].map((number) => `call-${number}`);
  const calls = callsIn(lines);
  expect([where, seen.filter((call) => !calls.includes(call))]).toEqual([where, []]);
  expect(new Set(calls).size).toBe(calls.length);
  tally.marks += seen.length;
}

/** What it has told is what `show` tells. */
async function expectTold(where: string, room: ExecRoom, stdout: string, tally: Tally): Promise<void> {
  const told = (linesOf(stdout) as Event[])
    .filter((event) => 'seq' in event)
    .map(({ schema: _, ...event }) => event as Event);
  if (told.length === 0) return void tally.nothing++;
  tally.told += told.length;
  const { thread_id, seq } = told[0] as Event;
  const shown = (await room.events(thread_id as string)).map(({ schema: _, ...event }) => event);
  // Compared as texts, one by one: a difference of megabytes would take minutes to describe.
  const texts = (events: object[]) => events.map((event) => JSON.stringify(event));
  const other = texts(shown.slice(seq, seq + told.length));
  const wrong = texts(told).flatMap((text, index) => (text === other[index] ? [] : [[text, other[index]]]));
  expect([where, wrong.map((pair) => pair.map((text) => text?.slice(0, 300)))]).toEqual([where, []]);
}

/** The next run takes it up as if nothing had happened, and clears away what was left. */
async function goOn(where: string, room: ExecRoom, left: ReturnType<typeof readRun>): Promise<void> {
  // A patch leaves alone what could be another one's work.
  for (const path of room.leftovers()) if (path.includes('/.sessions-patch-')) utimesSync(path, 0, 0);
  if (left.path === '') {
    expect([where, (await room.exec(['go on'])).code]).toEqual([where, 0]);
  } else {
    const id = /([0-9a-f-]{36})\.jsonl/.exec(left.path)?.[1] as string;
    const again = await room.exec(['resume', id, 'go on']);
    expect([where, again.code === 0 ? '' : again.stderr.slice(-500)]).toEqual([where, '']);
    const { lines, rest } = readRun(room.home);
    expect(lines.slice(0, left.lines.length).join('\n') === left.lines.join('\n')).toBe(true);
    expect([where, rest]).toEqual([where, '']);
  }
  expect([where, room.leftovers()]).toEqual([where, []]);
  const torn = left.rest === '' ? [] : [expect.stringMatching(/^(BAD-JSON|BAD-UTF8|GLUED|HOLE)/)];
  expect([where, await room.findings()]).toEqual([where, torn]);
}
