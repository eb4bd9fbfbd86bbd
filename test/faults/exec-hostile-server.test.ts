import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Act,
  bytes,
  dropAfter,
  endless,
  events,
  hangAfter,
  type ModelServer,
  responsesEvents as sent,
  sse,
  startModelServer,
  status,
} from '../support/model-server.ts';
import { type ExecEnd, type ExecRoom, key, makeExecRoom, tracesOf } from './exec-runs.ts';
import { readRun } from './recorder-runs.ts';

let room: ExecRoom;
let server: ModelServer | null = null;
beforeEach(() => {
  room = makeExecRoom();
});
afterEach(async () => {
  await server?.close();
  room.remove();
});

const whole = sse(sent.message('Hi')) + sse(sent.completed());
const half = sse(sent.delta('Hel')) + whole.slice(0, 60);
const megabytes = 1_000_000;

describe('a server', { timeout: 60_000 }, () => {
  it.each<[string, Act, RegExp]>([
    ['of garbage', bytes('\u0000\u0001 what is this?\n\n{"type":1}\n\n'), /the answer ended before it was complete/],
    ['of endless garbage', endless('what is this?\n'.repeat(5000)), /more than \d+|nothing came/],
    ['of endless comments', endless(': keep waiting\n'.repeat(5000)), /more than \d+/],
    ['of endless text', endless(sse(sent.delta('and on and on ')).repeat(1000)), /more than \d+/],
    ['of one endless event', endless('x'.repeat(65_536)), /more than \d+/],
    [
      'of bytes that are no UTF-8',
      bytes(sse(sent.delta('a')), new Uint8Array([0x64, 0xff, 0x0a, 0x0a]), whole),
      /UTF-8/,
    ],
    [
      'of a picture',
      ({ response }) => void response.writeHead(200, { 'content-type': 'image/png' }).end('x'),
      /image\/png/,
    ],
    ['of a page', status(200, '<html><title>Log in</title></html>'), /text\/html/],
    ['of an error page', status(502, '<html><title>Bad\nGateway</title></html>'), /HTTP 502: a web page, 'Bad/],
    ['that knows no such key', status(401, { error: { message: `bad key ${key}` } }), /HTTP 401: bad key \[secret\]/],
    ['that lets nobody in', status(403, ''), /HTTP 403/],
    ['that is busy', status(429, { error: { message: 'slow' } }, { 'retry-after': '1' }), /HTTP 429: slow/],
    ['that fails', status(500, `oh ${key}`), /HTTP 500: oh \[secret\]/],
    ['that breaks off', dropAfter(half), /the connection broke/],
    ['that breaks off at once', ({ socket }) => void socket.destroy(), /connection/],
    ['that falls silent', hangAfter(half), /nothing came for 1 s/],
    ['that never says anything', () => {}, /nothing came for 1 s/],
    ['that speaks no HTTP', ({ socket }) => void socket.end('what?\r\n\r\n'), /HTTP|connection|answer/],
    ['that sends others elsewhere', status(307, '', { location: 'http://127.0.0.2:1/' }), /redirect|HTTP 307/],
  ])('%s is a failure of the agent', async (_, act, message) => {
    const end = await execWith([act], ['hello']);
    expect(end.code).toBe(1);
    expect(end.stderr.split('\n').at(-2)).toMatch(/^sessions: the agent failed: mine: /);
    expect(end.stderr).toMatch(message);
    expect(end.stdout).toBe('');
    await expectSound(end);
    expect(await room.events(idOfOnly())).toContainEqual(
      expect.objectContaining({ msg: expect.objectContaining({ type: 'TurnComplete' }) }),
    );
    await expectGoesOn();
  });

  it.each([
    ['deep', '['.repeat(505) + ']'.repeat(505), 'an event that nests more than 500 deep'],
    ['full', `[${'0,'.repeat(249_980)}0]`, 'an event of more than 200000 values'],
  ])('of an item that is too %s for a rollout is not believed', async (_, json, message) => {
    const item = `{"type":"response.output_item.done","item":{"type":"odd","x":${json}}}`;
    const end = await execWith([bytes(sse(item), whole)], ['--json', 'hello']);
    expect([end.code, end.stderr]).toEqual([1, expect.stringContaining(message)]);
    await expectSound(end);
  });

  it.each([
    ['deep', '['.repeat(490) + ']'.repeat(490)],
    ['full', `[${'0,'.repeat(199_900)}0]`],
  ])('of an item that is just not too %s is recorded', async (_, json) => {
    const item = `{"type":"response.output_item.done","item":{"type":"odd","x":${json}}}`;
    const end = await execWith([bytes(sse(item), whole)], ['--json', 'hello']);
    expect([end.code, end.stderr, end.stdout.includes(json)]).toEqual([0, '', true]);
    await expectSound(end);
  });

  it('that asks to wait is waited for', async () => {
    const busy = status(429, { error: { message: 'slow' } }, { 'retry-after': '2' });
    const end = await execWith([busy, events(sent.message('Hi'), sent.completed())], ['hello']);
    expect([end.code, end.stdout]).toEqual([0, 'Hi\n']);
    expect(end.tookMs).toBeGreaterThan(2000);
    expect(end.stderr).toContain('trying again in 2 s');
  });

  it('of one piece of 10 MB is heard to the end', async () => {
    const text = 'lorem ipsum '.repeat((10 * megabytes) / 12);
    const answer = events(sent.delta(text), sent.message(text), sent.completed());
    const end = await execWith([answer], ['hello']);
    expect([end.code, end.stdout === `${text}\n`]).toEqual([0, true]);
    const json = await execWith([answer], ['--json', 'hello']);
    expect([json.code, json.stderr]).toEqual([0, '']);
    await expectSound(json);
  });

  it.each([['a'], ['\u001b[2J\u001b]0;x\u0007\u009b31m\u202e\u{e0041}\u0000\u007f']])(
    'and a prompt with %j cannot move the cursor',
    async (text) => {
      const end = await execWith([events(sent.message(text), sent.completed())], ['-'], `x${text}y`);
      expect([end.code, end.stdout]).toEqual([0, `${text}\n`]);
      expect(end.stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
      await expectSound(end);
      const shown = await room.events(idOfOnly());
      expect(shown).toContainEqual(
        expect.objectContaining({ msg: expect.objectContaining({ type: 'UserMessage', text: `x${text}y` }) }),
      );
    },
  );
});

/** The acts answer the requests of the run, the last one for good. */
async function execWith(acts: Act[], argv: string[], input = ''): Promise<ExecEnd> {
  await server?.close();
  server = await startModelServer(...acts);
  room.configure(server.url, { stream_idle_timeout_ms: 1000 });
  return room.exec(argv, { input, limitMs: 40_000 });
}

/** Nothing that nobody may see, no trace of a fault, and a session that is whole. */
async function expectSound(end: ExecEnd): Promise<void> {
  expect(end.signal).toBe(null);
  expect(end.stderr).not.toMatch(/\n {4}at |fault of sessions|Warning:/);
  expect(tracesOf(room, end)).not.toContain(key);
  expect(await room.findings()).toEqual([]);
  expect(room.leftovers()).toEqual([]);
}

async function expectGoesOn(): Promise<void> {
  await server?.close();
  server = await startModelServer(events(sent.message('better'), sent.completed()));
  room.configure(server.url);
  const end = await room.exec(['resume', '--last', 'and now?']);
  expect([end.code, end.stdout]).toEqual([0, 'better\n']);
  expect(JSON.stringify(server.requests)).toContain('hello');
}

function idOfOnly(): string {
  return /([0-9a-f-]{36})\.jsonl/.exec(readRun(room.home).path)?.[1] as string;
}
