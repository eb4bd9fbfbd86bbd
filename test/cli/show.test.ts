import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { validateError } from '../../src/format/schemas.ts';
import { type Entry, envelope, idOf, jsonl, makeFolder, makeHome, record, type TestHome, turn } from '../builders.ts';
import type { Json } from '../support/json.ts';
import { runHere } from '../support/run-here.ts';
import { type Outcome, program, runProgram } from '../support/run-program.ts';

const [one, two, gone] = [idOf(1), '02990000-0000-7000-8000-000000000002', idOf(3)];
const story: Entry[] = [
  record.meta(one),
  ...turn('first'),
  record.call('c1', 'shell', { command: ['ls', '-la'] }),
  record.output('c1', 'Exit code: 0\nWall time: 1 seconds\nOutput:\na\n'),
  record.call('c2', 'update_plan', { plan: [] }),
  record.output('c2', 'Plan updated'),
  ...turn('second'),
  ['world_state', { full: true }],
];
const lines = envelope(...story);
const hasJq = spawnSync('jq', ['--version']).status === 0;

let home: TestHome;
let plain: string;
let compressed: string;
beforeAll(() => {
  home = makeHome();
  plain = home.rollout(one, lines);
  compressed = home.rollout(two, `${jsonl(lines)}{"torn`, { compressed: true });
  home.rollout(gone, `${jsonl(lines.slice(0, 3))}garbage\n`, { archived: true });
  home.names({ [one]: 'my session', [two]: 'the other' });
});

describe('the seed use', () => {
  it.skipIf(!hasJq)('works as it is written', () => {
    const bin = makeFolder();
    writeFileSync(join(bin, 'sessions'), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
    chmodSync(join(bin, 'sessions'), 0o755);
    const env = { PATH: `${bin}${delimiter}${process.env.PATH}`, CODEX_HOME: home.path, ID: one };
    const pipeline = `set -o pipefail; sessions show "$ID" | jq 'select(.type == "ResponseItem" and .item.type == "tool_call")'`;
    const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', pipeline], { env, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    const calls = stdout
      .split(/(?<=^\})\n/m)
      .filter((text) => text.trim() !== '')
      .map((text) => JSON.parse(text));
    expect(calls.map(({ item }) => [item.name, item.call_id, item.command])).toEqual([
      ['shell', 'c1', ['ls', '-la']],
      ['update_plan', 'c2', undefined],
    ]);
  });
});

describe('events', () => {
  it.skipIf(!hasJq).each([
    [['--type', 'ResponseItem'], '.type == "ResponseItem"'],
    [['--type', 'response_item', '--type=session_meta'], '.type == "ResponseItem" or .type == "SessionMeta"'],
    [['--type', 'world_state,Unknown'], '.type == "Unknown"'],
    [['--msg-type', 'token_count'], '.type == "EventMsg" and .msg.type == "TokenCount"'],
    [
      ['--item-type', 'tool_call,tool_result'],
      '.type == "ResponseItem" and (.item.type == "tool_call" or .item.type == "tool_result")',
    ],
    [['--turn', '2'], '.turn == 2'],
    [['--turn', '0..1', '--msg-type', 'UserMessage'], '.turn <= 1 and .msg.type == "UserMessage"'],
  ])('are chosen by %j as jq chooses them by %s', async (options, filter) => {
    const { code, stdout } = await sessions(['show', ...options, one]);
    expect(code).toBe(0);
    const all = await sessions(['show', one]);
    const expected = parsed(execFileSync('jq', ['-c', `select(${filter})`], { input: all.stdout }));
    expect(expected.length).toBeGreaterThan(0);
    expect(parsed(stdout).map(({ schema: _, ...event }) => event)).toEqual(
      expected.map(({ schema: _, ...event }) => event),
    );
    expect(parsed(stdout)[0]?.schema).toBe('sessions.event/1');
  });

  it('of several sessions follow each other, each with the schema in its first', async () => {
    const { stdout } = await sessions(['show', '--type', 'SessionMeta,Unknown', one, two]);
    expect(parsed(stdout).map(({ thread_id, schema, type }) => [thread_id, schema, type])).toEqual([
      [one, 'sessions.event/1', 'SessionMeta'],
      [one, undefined, 'Unknown'],
      [two, 'sessions.event/1', 'SessionMeta'],
      [two, undefined, 'Unknown'],
    ]);
  });

  it('end with 3 when something could not be decoded, and the rest is there', async () => {
    const { code, stdout, stderr } = await sessions(['show', gone]);
    expect(code).toBe(3);
    expect(parsed(stdout).length).toBe(4);
    expect(stderr).toMatch(/^sessions: .*rollout-.*\.jsonl:4 \(byte \d+\): the line cannot be decoded: it is not JSON/);
  });

  it('end with 0 at a torn tail, which is named', async () => {
    const { code, stdout, stderr } = await sessions(['show', two]);
    expect([code, parsed(stdout).length]).toEqual([0, lines.length]);
    expect(stderr).toContain('torn tail: the last 6 bytes');
  });
});

describe('raw bytes', () => {
  it('are those of the file, plain and as the zstd tool decompresses them', async () => {
    expect((await sessions(['show', '--raw', one])).stdout.equals(readFileSync(plain))).toBe(true);
    expect(
      (await sessions(['show', '--raw', compressed])).stdout.equals(execFileSync('zstd', ['-dcq', compressed])),
    ).toBe(true);
  });

  it.skipIf(!hasJq).each([
    [['--type', 'ResponseItem'], '.type == "response_item"'],
    [['--type', 'event_msg'], '.type == "event_msg"'],
    [['--item-type', 'tool_call'], '.payload.type == "function_call"'],
    [['--msg-type', 'UserMessage'], '.payload.type == "user_message"'],
    [['--turn', '0'], '.type == "session_meta"'],
  ])('with %j are the lines that jq chooses by %s', async (options, filter) => {
    const expected = parsed(execFileSync('jq', ['-c', `select(${filter})`], { input: jsonl(lines) }));
    for (const session of [plain, two]) {
      const { stdout } = await sessions(['show', '--raw', ...options, session]);
      expect(parsed(stdout)).toEqual(expected);
      for (const line of stdout.toString().trimEnd().split('\n')) expect(jsonl(lines)).toContain(`${line}\n`);
    }
  });

  it('of a great file arrive whole, however slowly they are read', async () => {
    const path = home.write('big.jsonl', jsonl(lines).repeat(2500));
    const reader = `"${process.execPath}" "${program}" show --raw "${path}" | { sleep 0.3; cat; } | cmp - "${path}"`;
    expect(spawnSync('bash', ['--norc', '-c', `set -o pipefail; ${reader}`], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('of a line of many megabytes arrive whole', async () => {
    const long = jsonl(envelope(record.userEvent('x'.repeat(40_000_000)), record.userEvent('y')));
    const path = home.write('long.jsonl', long);
    expect((await sessions(['show', '--raw', path])).stdout.equals(Buffer.from(long))).toBe(true);
    const first = Buffer.from(long.slice(0, long.indexOf('\n') + 1));
    const chosen = await sessions(['show', '--raw', '--type', 'event_msg', path]);
    expect(chosen.stdout.subarray(0, first.length).equals(first)).toBe(true);
  });
});

describe('a session', () => {
  it.each([
    ['@last', 2],
    [one.slice(0, 13), 1],
    ['0299', 2],
    ['my session', 1],
  ])('is named by %s', async (argument, number) => {
    const { code, stdout } = await sessions(['show', '-q', argument]);
    expect([code, stdout.toString()]).toEqual([0, `${number === 1 ? one : two}\n`]);
  });

  it('is named on standard input: by ids, by rows, by what selects them', async () => {
    const ids = await sessions(['show', '-q', '-'], `${two}\n${one}\n`);
    expect(ids.stdout.toString()).toBe(`${two}\n${one}\n`);
    const rows = await sessions(['ls', '--archived']);
    const again = await sessions(['show', '-q', '-'], rows.stdout.toString());
    expect(again.stdout.toString()).toBe(
      parsed(rows.stdout)
        .map(({ thread_id }) => `${thread_id}\n`)
        .join(''),
    );
  });

  it('is content on standard input: rollout lines, events, compressed', async () => {
    const fromFile = await sessions(['show', plain]);
    const fromLines = await sessions(['show', '-'], jsonl(lines));
    expect(fromLines.stdout.equals(fromFile.stdout)).toBe(true);
    const fromEvents = await sessions(['show', '-'], fromFile.stdout.toString());
    expect(fromEvents.stdout.equals(fromFile.stdout)).toBe(true);
    const raw = await sessions(['show', '--raw', '-'], jsonl(lines));
    expect(raw.stdout.toString()).toBe(jsonl(lines));
  });

  it('on standard input is not mixed with content', async () => {
    const { code, stdout, stderr } = await sessions(['show', '-'], `${one}\n${jsonl(lines)}`);
    expect([code, stdout.length]).toEqual([2, 0]);
    expect(stderr).toContain('sessions: -:2 (byte 37): standard input mixes sessions with something else');
  });

  it('with -0 has a NUL behind it', async () => {
    expect((await sessions(['show', '-0', one, two])).stdout.toString()).toBe(`${one}\0${two}\0`);
    expect((await sessions(['show', '-0', '--json', '--turn', '0', one])).stdout.toString()).toMatch(/^\{.*\}\0$/);
  });
});

describe('what goes wrong', () => {
  it.each<[string[], number, string]>([
    [['show'], 2, 'SESSION'],
    [['show', 'nothing'], 2, "no session has the id or name 'nothing'"],
    [['show', '0'], 2, "no session has the id or name '0'"],
    [['show', '/no/such/file.jsonl'], 2, 'no such file'],
    [['show', '/dev/null'], 1, 'is not a regular file'],
    [['show', '--turn', '3..1', one], 2, "'3..1' is no range of turns"],
    [['show', '--type', 'nonsense', one], 2, "no event has the type 'nonsense'"],
    [['show', '--raw', '--follow', one], 2, '--raw'],
    [['show', '--effective', '--follow', one], 2, '--effective'],
    [['show', '--follow', '-'], 2, '--follow'],
  ])('%j ends with %i', async (argv, code, message) => {
    const { code: exit, out, err } = await runHere([...argv, '--json'], { env: { CODEX_HOME: home.path } });
    expect([exit, out.length]).toEqual([code, 0]);
    const error = JSON.parse(err);
    expect(error).toMatchObject({ schema: 'sessions.error/1', exit: code, message: expect.stringContaining(message) });
    expect(validateError(error)).toMatchObject({ ok: true });
  });

  it('tells the candidates of a name that is ambiguous', async () => {
    home.names({ [one]: 'my session', [two]: 'my session' });
    const { code, stderr } = await sessions(['show', 'my session']);
    home.names({ [one]: 'my session', [two]: 'the other' });
    expect(code).toBe(2);
    expect(stderr).toBe(`sessions: 'my session' names 2 sessions\nhint: ${one} (my session), ${two} (my session)\n`);
  });

  it('is not a reader that leaves: 141, without a word', () => {
    const path = home.write('many.jsonl', jsonl(lines).repeat(2000));
    const pipeline = `"${process.execPath}" "${program}" show "${path}" | head -1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', pipeline], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('141');
    expect(JSON.parse(stdout.split('\n')[0] as string).schema).toBe('sessions.event/1');
  });
});

function sessions(argv: string[], input = ''): Promise<Outcome> {
  return runProgram(argv, { env: { CODEX_HOME: home.path }, input });
}

function parsed(output: Buffer): Json[] {
  const text = output.toString();
  return text === ''
    ? []
    : text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => JSON.parse(line));
}
