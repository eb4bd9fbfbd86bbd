import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { envelope, idOf, jsonl, makeFolder, makeHome, record, turn } from '../builders.ts';
import { publishedSchemas } from '../schemas/published.ts';
import type { Json } from '../support/json.ts';
import { runHere } from '../support/run-here.ts';

const [one, two] = [idOf(1), idOf(2)];
const ajv = new Ajv2020({ schemas: publishedSchemas(), strict: false, validateFormats: false });
const home = makeHome();
const folder = makeFolder();
const call = [record.call('c1', 'shell', { command: ['ls'] }), record.output('c1', '=cmd|"/c calc"!A1')];
home.rollout(one, envelope(record.meta(one), ...turn('first'), ...call));
home.rollout(two, envelope(record.meta(two), ...turn('hello')));

describe('what is lost by an export', () => {
  it('is said, and reported by session', async () => {
    const losses = join(folder, 'losses');
    const { err } = await exported(['--format', 'csv', '--losses', losses, one, two]);
    expect(err).toMatch(
      /^sessions: csv leaves out \d+ \w+.*; alters 1 cells like formulas; and \d+ records of book-keeping\n$/,
    );
    const validate = ajv.compile({ $ref: 'urn:agent-sessions:schema:export-loss:1' });
    const records = parsed(readFileSync(losses));
    for (const each of records) expect([validate(each), validate.errors]).toEqual([true, null]);
    expect(new Set(records.map(({ thread_id }) => thread_id))).toEqual(new Set([one, two]));
    expect((await exported(['-q', '--format', 'csv', one])).err).toBe('');
    expect((await exported(['--format', 'json', one])).err).toBe('');
  });

  it('is reported beside each file of a format that loses something', async () => {
    for (const format of ['ndjson', 'json', 'raw', 'text', 'markdown', 'html', 'csv', 'tsv', 'otlp']) {
      const path = join(makeFolder(), 'out');
      expect((await exported(['--format', format, '-o', path, one])).code).toBe(0);
      const isLossy = !['ndjson', 'json', 'raw'].includes(format);
      expect([format, existsSync(`${path}.losses.jsonl`)]).toEqual([format, isLossy]);
      if (isLossy) for (const each of parsed(readFileSync(`${path}.losses.jsonl`))) expect(each.format).toBe(format);
      expect((await exported(['-q', '--format', format, '-o', `${path}2`, one])).code).toBe(0);
      expect(existsSync(`${path}2.losses.jsonl`)).toBe(false);
    }
  });

  it('takes the place of an older report, and of nothing else that has its name', async () => {
    const path = join(makeFolder(), 'out');
    const report = `${path}.losses.jsonl`;
    for (const mine of ['my notes\n', '{"schema":"mine"}\n']) {
      writeFileSync(report, mine);
      const { code, err } = await exported(['--force', '--format', 'csv', '-o', path, one]);
      expect([code, err, readFileSync(report, 'utf8')]).toEqual([2, expect.stringContaining('is not replaced'), mine]);
      expect(existsSync(path)).toBe(false);
      expect((await exported(['--force', '-o', path, one])).code).toBe(0);
      expect(readFileSync(report, 'utf8')).toBe(mine);
      rmSync(path);
    }
    writeFileSync(report, '');
    for (const format of ['csv', 'text']) {
      expect((await exported(['--force', '--format', format, '-o', path, one])).code).toBe(0);
      expect(parsed(readFileSync(report))[0].format).toBe(format);
    }
    expect((await exported(['--force', '-o', path, one])).code).toBe(0);
    expect(existsSync(report)).toBe(false);
  });

  it('does not go where the output goes', async () => {
    const path = join(makeFolder(), 'out');
    const { code, err } = await exported(['--format', 'csv', '-o', path, '--losses', join(path, '../out'), one]);
    expect([code, err, existsSync(path)]).toEqual([2, expect.stringContaining('name the same file'), false]);
  });

  it('is not counted where a text only says that it was cut', async () => {
    const said = `${'x'.repeat(40)}… 5 more characters`;
    const long = 'y'.repeat(40_000);
    const path = home.write('said.jsonl', jsonl(envelope(record.meta(idOf(12)), ...turn(said))));
    const cut = home.write('cut.jsonl', jsonl(envelope(record.meta(idOf(13)), ...turn(`${long}\ud800`))));
    for (const format of [
      ['--format', 'csv', '--table', 'turns'],
      ['--format', 'otlp', '--content'],
    ]) {
      expect((await exported([...format, path])).err).not.toContain('shortens');
      expect((await exported([...format, cut])).err).toMatch(/shortens 2 long (?:cells|texts)/);
    }
    const odd = home.write('odd.jsonl', jsonl(envelope(record.meta(idOf(14)), ...turn('\ud800'))));
    const { err } = await exported(['--format', 'csv', '--table', 'turns', odd]);
    expect(err).toContain('texts with lone surrogates');
  });

  it('with --redact is also what a file says that its id is, when that is no id', async () => {
    const meta = record.meta('alice@example.org');
    const path = home.write('id.jsonl', jsonl(envelope(meta, ...turn('x'))));
    const out = join(makeFolder(), 'out');
    expect((await exported(['--redact', '--split', '--format', 'json', '-o', out, path])).code).toBe(0);
    expect(JSON.parse(readFileSync(join(out, 'session.json'), 'utf8')).thread_id).toBeNull();
    expect(readFileSync(join(out, 'manifest.jsonl'), 'utf8')).not.toContain('alice@example.org');
  });
});

function exported(argv: string[]) {
  return runHere(['export', ...argv], { env: { CODEX_HOME: home.path } });
}

function parsed(out: Buffer): Json[] {
  const text = out.toString().trimEnd();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line));
}
