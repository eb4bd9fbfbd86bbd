import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { Ajv2020 } from 'ajv/dist/2020.js';
import MarkdownIt from 'markdown-it';
import { beforeAll, describe, expect, it } from 'vitest';
import { formats } from '../../../src/engine/export/formats.ts';
import { columns } from '../../../src/engine/export/tables/columns.ts';
import { validateEvent } from '../../../src/format/event-schema.ts';
import { makeFolder } from '../../builders.ts';
import { publishedSchemas } from '../../schemas/published.ts';
import { allHomes } from '../../support/all-homes.ts';
import type { Json } from '../../support/json.ts';
import { runHere } from '../../support/run-here.ts';

const ajv = new Ajv2020({ schemas: publishedSchemas(), strict: false, validateFormats: false });

describe.each(allHomes)('the sessions of %s', (original) => {
  let home: string;
  let ids: string[];
  let events: Json[];
  beforeAll(async () => {
    home = join(makeFolder(), 'home');
    cpSync(original, home, { recursive: true });
    const listed = await run(['ls', '-q', '--archived']);
    ids = listed.out.toString().trimEnd().split('\n');
    events = parsed((await run(['show', '--json', '-'], ids)).out);
  });

  it('are the same bytes twice in every format', async () => {
    for (const format of formats) {
      if (!('isForMany' in format && format.isForMany)) continue;
      const { name } = format;
      const [one, two] = [await exported(name), await exported(name)];
      expect([name, one.code, one.out.length > 0, one.out.equals(two.out)]).toEqual([name, 0, true, true]);
    }
  });

  it('as ndjson are what show prints, and valid', async () => {
    const { out } = await exported('ndjson');
    expect(out.equals((await run(['show', '--json', '-'], ids)).out)).toBe(true);
    for (const event of parsed(out)) expect(validateEvent(event)).toMatchObject({ ok: true });
  });

  it('as raw are what show --raw prints', async () => {
    for (const id of ids) {
      const { out } = await run(['export', '--raw', '-'], [id]);
      expect(out.equals((await run(['show', '--raw', '-'], [id])).out)).toBe(true);
    }
  });

  it('as json are valid documents that hold the same events', async () => {
    const { out } = await exported('json');
    const documents = out.toString().split(/(?<=\}\n)(?=\{"schema":"sessions\.export-document)/);
    const values = documents.map((text) => JSON.parse(text));
    const validate = ajv.compile({ $ref: 'urn:agent-sessions:schema:export-document:1' });
    for (const value of values) expect([validate(value), validate.errors]).toEqual([true, null]);
    expect(values.map(({ thread_id }) => thread_id)).toEqual(ids);
    expect(values.flatMap((value) => value.events)).toEqual(events);
    for (const { events: own, event_count } of values) expect(own).toHaveLength(event_count);
  });

  it('as text and markdown hold every message', async () => {
    const text = (await exported('text')).out.toString();
    const markdown = (await exported('markdown')).out.toString();
    for (const { type, msg } of events) {
      if (type !== 'EventMsg' || !['UserMessage', 'AgentMessage'].includes(msg.type)) continue;
      const words = /[\w ,]{5,}/.exec(msg.text)?.[0] ?? '';
      expect([words, text.includes(words), markdown.includes(words)]).toEqual([words, true, true]);
    }
  });

  it('as markdown keep their form: each heading is ours, each block ends', async () => {
    const markdown = (await exported('markdown')).out.toString();
    const tokens = new MarkdownIt({ html: true }).parse(markdown, {});
    const headings = tokens.filter(({ type }) => type === 'heading_open').map(({ tag }) => tag);
    expect(headings.filter((tag) => tag === 'h1')).toHaveLength(ids.length);
    const turns = new Set(events.filter(({ turn }) => turn > 0).map(({ thread_id, turn }) => `${thread_id} ${turn}`));
    expect(headings.filter((tag) => tag === 'h2')).toHaveLength(turns.size);
    const ownHtml = /^(?:<details><summary>[^<]*<\/summary>|<\/details>)\n$/;
    for (const { type, content } of tokens) {
      if (type === 'html_block') expect(content).toMatch(ownHtml);
      expect(type).not.toBe('image');
    }
  });

  it.each(['csv', 'tsv'])('as %s are read back by another program, row by row', async (format) => {
    const calls = events.filter(({ type, item }) => type === 'ResponseItem' && item.type === 'tool_call');
    const rows = await readTable(format, 'calls');
    const answered = rows.filter(({ tool }) => tool !== '' && tool !== null);
    expect(answered.map(({ thread_id, seq }) => `${thread_id} ${seq}`).sort()).toEqual(
      calls.map(({ thread_id, seq }) => `${thread_id} ${seq}`).sort(),
    );
    const turns = await readTable(format, 'turns');
    const expected = new Set(
      events.filter(({ turn }) => turn > 0).map(({ thread_id, turn }) => `${thread_id} ${turn}`),
    );
    expect(turns.map(({ thread_id, turn }) => `${thread_id} ${turn}`).sort()).toEqual([...expected].sort());
    expect((await readTable(format, 'sessions')).map(({ thread_id }) => thread_id)).toEqual(ids);
  });

  it('as usage add up to what stats counts', async () => {
    const { out } = await run(['stats', '--by', 'session', '--json', '--archived']);
    const rows = await readTable('csv', 'usage');
    const sums = new Map<string, number>();
    for (const { thread_id, total_tokens, inherited_from } of rows) {
      if (inherited_from) continue;
      sums.set(String(thread_id), (sums.get(String(thread_id)) ?? 0) + Number(total_tokens));
    }
    for (const { key, tokens } of parsed(out)) expect([key, sums.get(key) ?? 0]).toEqual([key, tokens.total_tokens]);
    const turns = await readTable('csv', 'turns');
    const all = (list: Json[]) => list.reduce((sum, row) => sum + Number(row.total_tokens), 0);
    expect(all(turns)).toBe(all(rows));
  });

  function exported(format: string, more: string[] = []) {
    return run(['export', '-q', '--format', format, ...more, '-'], ids);
  }

  function run(argv: string[], lines: string[] = []) {
    return runHere(argv, { env: { CODEX_HOME: home }, stdin: lines.join('\n') });
  }

  async function readTable(format: string, table: string): Promise<Json[]> {
    const { code } = await run(
      ['export', '-q', '--force', '--csv-raw', '--format', format, '--table', table, '-o', join(home, 'table'), '-'],
      ids,
    );
    expect(code).toBe(0);
    const database = await DuckDBInstance.create(':memory:');
    const connection = await database.connect();
    const form = format === 'csv' ? `delim = ',', quote = '"', escape = '"'` : `delim = '\t', quote = '', escape = ''`;
    const query = `FROM read_csv('${join(home, 'table')}', header = true, all_varchar = true, ${form}, max_line_size = 10000000)`;
    const reader = await connection.runAndReadAll(query);
    const rows = reader.getRowObjects() as Json[];
    connection.closeSync();
    expect(reader.columnNames()).toEqual(columns[table as keyof typeof columns].map(([name]) => name));
    return rows;
  }
});

function parsed(out: Buffer): Json[] {
  const text = out.toString().trimEnd();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line));
}
