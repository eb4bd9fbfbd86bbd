import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventColumns, sessionColumns } from '../../../src/engine/export/parquet/columns.ts';
import { eventText } from '../../../src/engine/export/parquet/event-text.ts';
import { type Tokens, tokenKeys } from '../../../src/engine/stats/tally.ts';
import { envelope, idOf, jsonl, makeFolder, makeHome, record, timeAt } from '../../builders.ts';
import { allHomes } from '../../support/all-homes.ts';
import { queryParquet } from '../../support/duckdb.ts';
import type { Json } from '../../support/json.ts';
import { runHere } from '../../support/run-here.ts';

describe.each(allHomes)('the sessions of %s, as DuckDB reads them', (original) => {
  let home: string;
  let dataset: string;
  let ids: string[];
  let events: Json[];
  beforeAll(async () => {
    home = join(makeFolder(), 'home');
    dataset = join(home, 'dataset');
    cpSync(original, home, { recursive: true });
    ids = (await run(['ls', '-q', '--archived'])).out.toString().trimEnd().split('\n');
    events = parsed((await run(['show', '--json', '-'], ids)).out);
    expect((await run(['export', '-q', '--format', 'parquet', '-o', dataset, '-'], ids)).code).toBe(0);
  });

  it('are the same events, in the same columns', async () => {
    const rows = await queryParquet(`FROM ${table('events')} ORDER BY thread_id, seq`);
    expect(Object.keys(rows[0] ?? {})).toEqual([...eventColumns.map(([name]) => name), 'date']);
    const order = (row: Json) => `${row.thread_id} ${String(row.seq).padStart(9, '0')}`;
    const expected = [...events].sort((a, b) => (order(a) < order(b) ? -1 : 1));
    expect(rows).toHaveLength(expected.length);
    for (const [index, { schema, ...event }] of expected.entries()) {
      const row = rows[index] as Json;
      expect(JSON.parse(row.event)).toEqual(event);
      expect({ ...row, event: null }).toMatchObject({
        thread_id: event.thread_id,
        seq: BigInt(event.seq),
        turn: BigInt(event.turn),
        type: event.type,
        kind: event.msg?.type ?? event.item?.type ?? event.type,
        text: eventText(event),
        call_id: event.item?.call_id ?? event.msg?.call_id ?? null,
        tool: event.item?.type === 'tool_call' ? event.item.name : (event.msg?.tool ?? null),
        role: event.item?.role ?? null,
        rolled_back: event.rolled_back ?? false,
        inherited_from: event.inherited_from ?? null,
        line: event.line === undefined ? null : BigInt(event.line),
        last_total_tokens: count(event.msg?.last?.total_tokens),
        running_input_tokens: count(event.msg?.total?.input_tokens),
      });
      expect(row.timestamp?.micros ?? null).toBe(event.timestamp && BigInt(Date.parse(event.timestamp)) * 1000n);
      expect(row.date?.toString() ?? null).toBe(event.timestamp?.slice(0, 10) ?? null);
    }
  });

  it('are the sessions that are listed, with the tokens that stats counts', async () => {
    const listed = parsed((await run(['ls', '--json', '--archived'])).out);
    const stats = parsed((await run(['stats', '--by', 'session', '--json', '--archived'])).out);
    const used = new Map<string, Tokens>(stats.map(({ key, tokens }) => [key, tokens]));
    const rows = await queryParquet(`FROM ${table('sessions')}`);
    expect(Object.keys(rows[0] ?? {})).toEqual([...sessionColumns.map(([name]) => name), 'date']);
    const byId = new Map(rows.map((row) => [row.thread_id, row]));
    expect([...byId.keys()].sort()).toEqual([...ids].sort());
    for (const row of listed) {
      const { created_at, updated_at, turns, tool_calls, tokens_used, size_bytes, ...same } = byId.get(
        row.thread_id,
      ) as Json;
      expect([Number(turns), Number(tool_calls)]).toEqual([row.turns, row.tool_calls]);
      expect(tokens_used === null ? null : Number(tokens_used)).toBe(row.tokens_used);
      expect(created_at?.micros ?? null).toBe(row.created_at && BigInt(Date.parse(row.created_at)) * 1000n);
      for (const key of ['name', 'first_message', 'cwd', 'git_branch', 'model', 'source', 'path', 'archived']) {
        expect([key, same[key]]).toEqual([key, row[key]]);
      }
      for (const key of tokenKeys) expect([key, Number(same[key])]).toEqual([key, used.get(row.thread_id)?.[key] ?? 0]);
    }
    const sums = await queryParquet(
      `SELECT thread_id, sum(total_tokens) AS total FROM ${table('events')} WHERE inherited_from IS NULL GROUP BY 1`,
    );
    for (const { thread_id, total } of sums) expect(Number(total ?? 0)).toBe(used.get(thread_id)?.total_tokens ?? 0);
  });

  it('are the same bytes twice', async () => {
    const again = join(home, 'again');
    expect((await run(['export', '-q', '--format', 'parquet', '-o', again, '-'], ids)).code).toBe(0);
    const files = readdirSync(dataset, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.'));
    expect(files.length).toBeGreaterThan(2);
    for (const name of files) {
      expect([name, readFileSync(join(dataset, name)).equals(readFileSync(join(again, name)))]).toEqual([name, true]);
    }
  });

  function table(name: string): string {
    return `read_parquet('${dataset}/${name}/**/*.parquet', hive_partitioning = true)`;
  }

  function run(argv: string[], lines: string[] = []) {
    return runHere(argv, { env: { CODEX_HOME: home }, stdin: lines.join('\n') });
  }
});

describe('what is hard to carry', () => {
  const home = makeHome();
  const big = 9_007_199_254_740_993n;
  const texts = [
    '\ud83d alone',
    'a\u0000b\u001b[31m',
    '\u202e\u2066 bidi',
    '😀 日本',
    "'; DROP TABLE x; --",
    '\uffff\u{10ffff}',
  ];
  const lines = jsonl(envelope(record.meta(idOf(1)), ...texts.map((text) => record.userEvent(text)), record.tokens(0)))
    .replace(timeAt(1), '2026-01-02T03:04:06.123456789Z')
    .replace(timeAt(2), '1969-12-31T23:59:59.999999Z')
    .replace('"total_tokens":0', `"total_tokens":${big}`)
    .replace('"total_tokens":1', '"total_tokens":99999999999999999999');

  it('comes back exactly, or is counted', async () => {
    const [dataset, losses] = [join(home.path, 'dataset'), join(home.path, 'losses')];
    const file = home.write('one.jsonl', lines);
    const { code, err } = await runHere(['export', '--format', 'parquet', '-o', dataset, '--losses', losses, file]);
    expect([code, err]).toEqual([0, expect.stringMatching(/^sessions: parquet .*\n$/)]);
    const rows = await queryParquet(
      `FROM read_parquet('${dataset}/events/**/*.parquet', hive_partitioning = true) ORDER BY seq`,
    );
    const users = rows.filter(({ kind }) => kind === 'UserMessage');
    expect(users.map(({ text }) => text)).toEqual(['\ufffd alone', ...texts.slice(1)]);
    expect(users.map(({ event }) => JSON.parse(event).msg.text)).toEqual(texts);
    const [first, second] = users.map(({ timestamp, date }) => [timestamp.micros, String(date)]);
    expect(first).toEqual([BigInt(Date.parse('2026-01-02T03:04:06.123Z')) * 1000n + 456n, '2026-01-02']);
    expect(second).toEqual([-1n, '1969-12-31']);
    const counted = rows.find(({ kind }) => kind === 'TokenCount') as Json;
    expect([counted.running_total_tokens, counted.last_total_tokens]).toEqual([big, null]);
    expect(counted.event).toContain('99999999999999999999');
    expect(parsed(readFileSync(losses)).map(({ kind, effect, count }) => [kind, effect, count])).toEqual([
      // One in its event, and one in the row of the session.
      ['texts with lone surrogates', 'altered', 2],
      ['numbers beyond 64 bits', 'omitted', 1],
      ['times finer than a microsecond', 'shortened', 1],
    ]);
  });

  it('may be long where nobody expects it: no group grows for it, and no footer', async () => {
    const calls = Array.from({ length: 40 }, (_, index) => [
      record.call(`c${index}`, `${index} ${'t'.repeat(400_000)}\u00e9`, {}),
      record.output(`c${index}`, 'y'),
    ]);
    const file = home.write('wide.jsonl', jsonl(envelope(record.meta(idOf(4)), ...calls.flat())));
    const dataset = join(home.path, 'wide');
    expect((await runHere(['export', '-q', '--format', 'parquet', '-o', dataset, file])).code).toBe(0);
    const rows = await queryParquet(
      `SELECT tool, length(tool) AS n FROM read_parquet('${dataset}/events/**/*.parquet') WHERE kind = 'tool_call' ORDER BY seq`,
    );
    expect(rows.map(({ tool, n }) => [tool.slice(0, 4), Number(n)])).toEqual(
      calls.map((_, index) => [`${index} tt`.slice(0, 4), `${index} `.length + 400_001]),
    );
    const groups = await queryParquet(
      `SELECT count(DISTINCT row_group_id) AS n, max(coalesce(length(stats_max_value), 0)) AS longest FROM parquet_metadata('${dataset}/events/**/*.parquet')`,
    );
    expect([Number(groups[0]?.n) > 2, Number(groups[0]?.longest) < 100]).toEqual([true, true]);
  });

  it('is nothing at all: no tables are made', async () => {
    const dataset = join(home.path, 'empty');
    expect((await runHere(['export', '--format', 'parquet', '-o', dataset, '-'], { stdin: '' })).code).toBe(1);
    expect(existsSync(dataset)).toBe(false);
  });

  it('is a session of many days, and one of many large texts', async () => {
    const days = Array.from({ length: 150 }, (_, day) => record.userEvent(`day ${day}`));
    const spread = envelope(record.meta(idOf(2)), ...days, ...days).map((line, index) => ({
      ...line,
      timestamp: new Date(Date.UTC(2026, 0, 1 + (index % 150))).toISOString(),
    }));
    const large = envelope(
      record.meta(idOf(3)),
      ...Array.from({ length: 60 }, (_, index) => record.userEvent(`${index} ${'x'.repeat(500_000)}`)),
    );
    const files = [home.write('days.jsonl', jsonl(spread)), home.write('large.jsonl', jsonl(large))];
    const dataset = join(home.path, 'many');
    expect((await runHere(['export', '-q', '--format', 'parquet', '-o', dataset, ...files])).code).toBe(0);
    const events = `read_parquet('${dataset}/events/**/*.parquet', hive_partitioning = true)`;
    const [row] = await queryParquet(
      `SELECT count(*) AS n, count(DISTINCT date) AS days, sum(length(text)) AS size FROM ${events} WHERE kind = 'UserMessage'`,
    );
    const size = [...days, ...days].reduce((sum, [, { message }]) => sum + String(message).length, 0);
    const sizes = Array.from({ length: 60 }, (_, index) => `${index} `.length + 500_000).reduce((a, b) => a + b);
    expect([row?.n, row?.days, Number(row?.size)]).toEqual([360n, 150n, size + sizes]);
    const groups = await queryParquet(
      `SELECT file_name, count(DISTINCT row_group_id) AS n FROM parquet_metadata('${dataset}/events/date=2026-01-02/*.parquet') GROUP BY 1`,
    );
    expect(groups.reduce((sum, { n }) => sum + Number(n), 0)).toBeGreaterThan(2);
  });
});

describe('a turn', () => {
  it('of any kind has a text in words where it has one', () => {
    const said = (type: string, more: object) => eventText({ seq: 0, turn: 1, type, ...more } as never);
    expect(said('ResponseItem', { item: { type: 'tool_call', arguments: { a: 1 } } })).toBe('{"a":1}');
    expect(said('ResponseItem', { item: { type: 'reasoning', summary: [{ text: 'a' }], content: null } })).toBe('a');
    expect(said('EventMsg', { msg: { type: 'Error', message: 'no' } })).toBe('no');
    expect(said('Compacted', { compacted: { message: 'short' } })).toBe('short');
    expect(said('EventMsg', { msg: { type: 'TurnStarted' } })).toBeNull();
  });
});

function count(value: number | string | undefined): bigint | null {
  return value === undefined ? null : BigInt(value);
}

function parsed(out: Buffer): Json[] {
  const text = out.toString().trimEnd();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line));
}
