import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '../../src/model/event.ts';
import type { Json } from '../support/json.ts';
import { type ModelServer, startModelServer } from '../support/model-server.ts';
import { canTrace, injecting } from '../support/strace.ts';
import { worker } from './exec-model.ts';
import { callsIn, type ExecEnd, type ExecRoom, linesOf, makeExecRoom } from './exec-runs.ts';
import { badLines, isFull, readRun } from './recorder-runs.ts';

const problems: string[] = [];
let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer(
    worker({ rounds: 3, messageBytes: (round) => [10, 9000, 0, 50][round] ?? 0 }, problems),
  );
});
afterAll(async () => {
  await server.close();
  expect(problems).toEqual([]);
});

let room: ExecRoom;
beforeEach(() => {
  room = makeExecRoom();
  room.configure(server.url);
});
afterEach(() => room.remove());

/** A turn of three rounds writes to the rollout, and brings it to the disk, eight times. */
const calls = isFull ? [1, 2, 3, 4, 5, 6, 7, 8] : [1, 4, 8];
const errors = calls.flatMap((call) => ['ENOSPC', 'EIO'].map((error) => [error, call] as const));

describe.skipIf(!canTrace)('a run whose rollout', { timeout: 120_000 }, () => {
  it.each(errors)('gives %s from the %i-th write on says so and loses nothing', async (error, call) => {
    const { path, lines } = await makeSession();
    const end = await goOn(path, `write:error=${error}:when=${call}+`);
    expectTrouble(end, path, /^cannot be written: (no space left on device|i\/o error); the last .* in \/.*\/spill-/);
    await expectWhole(end, lines);
  });

  it.each(errors)('gives %s for one write, the %i-th, goes on', async (error, call) => {
    const { path, lines } = await makeSession();
    const end = await goOn(path, `write:error=${error}:when=${call}`);
    expect([end.code, end.stderr]).toEqual([0, '']);
    await expectWhole(end, lines);
  });

  it.each(calls)('cannot be brought to the disk, the %i-th time, says so and loses nothing', async (call) => {
    const { path, lines } = await makeSession();
    const end = await goOn(path, `fdatasync:error=EIO:when=${call}`);
    expectTrouble(end, path, /^cannot be written to the disk: i\/o error; the last .* in \/.*\/spill-/);
    await expectWhole(end, lines);
  });

  it.each(['write', 'fsync'])('cannot be compressed (%s) stays as it is', async (call) => {
    const { path, lines } = await makeSession();
    room.home.write('.sessions/config.toml', 'compress = "exit"\n');
    const end = await goOn(join(room.home.path, '.sessions/tmp', `zst-${idIn(path)}`), `${call}:error=EIO`);
    expect([end.code, end.stderr]).toEqual([0, expect.stringMatching(/^sessions: \/.*jsonl: .*i\/o error\n$/)]);
    await expectWhole(end, lines);
  });

  it.each(['fdatasync', 'fsync', 'link,linkat'])('cannot be made (%s) is not there', async (call) => {
    const end = await room.exec(['--json', 'go'], { before: injecting(`${call}:error=EIO`) });
    expect([end.code, toldIn(end), readRun(room.home).path]).toEqual([2, [], '']);
    const file = expect.stringMatching(/\/rollout-.*\.jsonl$/);
    expect(lastError(end)).toMatchObject({ file, message: expect.stringContaining('i/o error') });
    expect(existsSync(join(room.work, 'marks'))).toBe(false);
    expect((await room.exec(['go'])).code).toBe(0);
  });
});

function goOn(path: string, injection: string): Promise<ExecEnd> {
  return room.exec(['resume', '--last', '--json', 'go on'], {
    before: injecting(injection, [path]),
    env: { UV_THREADPOOL_SIZE: '1' },
  });
}

function idIn(path: string): string {
  return /([0-9a-f-]{36})\.jsonl/.exec(path)?.[1] as string;
}

/** A plain session that another run made. */
async function makeSession(): Promise<{ path: string; lines: string[] }> {
  room.home.write('.sessions/config.toml', 'compress = "never"\n');
  expect((await room.exec(['go first'])).code).toBe(0);
  return readRun(room.home);
}

function expectTrouble(end: ExecEnd, path: string, message: RegExp): void {
  expect({ code: end.code, signal: end.signal }).toEqual({ code: 2, signal: null });
  const told = { schema: 'sessions.error/1', file: path, exit: 2, message: expect.stringMatching(message) };
  expect(lastError(end)).toMatchObject(told);
}

function lastError({ stderr }: ExecEnd): Json {
  return JSON.parse(stderr.trim().split('\n').at(-1) as string);
}

/** The records among what was told. */
function toldIn({ stdout }: ExecEnd): Event[] {
  return (linesOf(stdout) as Event[]).filter((event) => 'seq' in event);
}

/** No line is bad or lost, what was done and told is recorded, and the session can be gone on with. */
async function expectWhole(end: ExecEnd, before: string[]): Promise<void> {
  const { lines, rest } = readRun(room.home);
  expect([badLines(lines), rest]).toEqual([[], '']);
  expect(lines.slice(0, before.length)).toEqual(before);
  const done = [
    ...readFileSync(join(room.work, 'marks'), 'utf8').split('\n').filter(Boolean),
    ...readdirSync(room.work).flatMap((name) => /^patch-(\d+)$/.exec(name)?.[1] ?? []),
  ];
  const recorded = callsIn(lines);
  expect(done.filter((number) => !recorded.includes(`call-${number}`))).toEqual([]);
  const told = toldIn(end);
  if (told.length > 0) {
    const shown = await room.events(told[0]?.thread_id as string);
    const without = ({ schema: _, ...event }: Event) => event;
    expect(told.map(without)).toEqual(shown.slice(told[0]?.seq).slice(0, told.length).map(without));
  }
  const again = await room.exec(['resume', '--last', 'go again']);
  expect(again.code === 0 ? '' : again.stderr).toBe('');
  expect(await room.findings()).toEqual([]);
}
