import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { makeCorpus, rolloutOf, tracesOf } from '../../bench/redact-corpus.mjs';
import { type Entry, envelope, idOf, jsonl, makeFolder, makeHome, record, type TestHome, turn } from '../builders.ts';
import { publishedSchemas } from '../schemas/published.ts';
import { runHere } from '../support/run-here.ts';

const ajv = new Ajv2020({ schemas: publishedSchemas(), strict: false, validateFormats: false });
const isReport = ajv.compile({ $ref: 'urn:agent-sessions:schema:redaction-report:1' });
const id = idOf(1);
const token = `ghp_${'aB3dE5gH7j'.repeat(4).slice(0, 36)}`;
const corpus = process.env.SESSIONS_CORPUS;

function run(home: TestHome | { path: string }, ...args: string[]) {
  return runHere(args, { env: { CODEX_HOME: home.path }, cwd: home.path });
}

/** Codex creates the file of a session before it writes the first record; a session that was left then stays empty. */
function isEmpty({ path }: { path: string }, threadId: string): boolean {
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' });
  const own = files.filter((name) => name.includes(threadId) && /\.jsonl(\.zst)?$/.test(name));
  return own.length > 0 && own.every((name) => statSync(join(path, name)).size === 0);
}

function makeSession(home: TestHome): string {
  const meta = record.meta(id, { source: 'exec', originator: 'codex_exec', cli_version: '0.120.0' });
  return home.rollout(id, jsonl(envelope(meta, ...turn(`use ${token}`), ...turn('two'))));
}

describe('sessions redact', () => {
  it('makes a copy without the secret, line for line, and leaves the original alone', async () => {
    const home = makeHome();
    const path = makeSession(home);
    const before = readFileSync(path, 'utf8');
    const { code, out } = await run(home, 'redact', '--json', '--name', 'clean', id);
    expect(code).toBe(0);
    const report = JSON.parse(out.toString());
    expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
    expect(report).toMatchObject({ redacted_from_id: id, name: 'clean', left_out_lines: 0, warnings: [] });
    expect(report.by_rule['github-token']).toBeGreaterThan(0);
    expect(readFileSync(path, 'utf8')).toBe(before);
    const copy = readFileSync(report.path, 'utf8');
    expect(copy).not.toContain(token);
    expect(copy).not.toContain(id);
    const withIds = before.replaceAll(token, '[redacted:github-token:1]').replaceAll(id, report.thread_id);
    expect(copy.replace(/\[redacted:home-path:1\]/g, 'dev')).toBe(withIds);
    expect(report.lines).toBe(before.trimEnd().split('\n').length);
    expect(await run(home, 'validate', 'clean')).toMatchObject({ code: 0 });
    expect(await run(home, 'secrets', '--personal', report.thread_id)).toMatchObject({ code: 0 });
  });

  it.each([
    ['is empty', ''],
    ['has only a torn line', '{"timestamp":"2026-01-02T03:04:05.678Z","type":"session_m'],
  ])('makes no copy of a session whose file %s', async (_, content) => {
    const home = makeHome();
    const path = home.rollout(id, content);
    const { code, out, err } = await run(home, 'redact', id);
    expect({ code, out: out.toString(), err }).toEqual({
      ...{ code: 2, out: '' },
      err: `sessions: ${path}: holds no record: there is nothing to copy\n`,
    });
    const files = readdirSync(join(home.path, 'sessions'), { recursive: true, withFileTypes: true });
    expect(files.filter((file) => file.isFile()).map(({ name }) => name)).toEqual([basename(path)]);
  });

  it('prints the id alone in a pipe, and takes the marks from a key', async () => {
    const home = makeHome();
    makeSession(home);
    writeFileSync(join(home.path, 'key'), 'k'.repeat(32));
    const ids: string[] = [];
    const shown: string[] = [];
    for (let round = 0; round < 2; round++) {
      const { code, out } = await run(home, 'redact', '--redact-key', 'key', id);
      expect(code).toBe(0);
      ids.push(out.toString().trim());
      shown.push(
        (await run(home, 'show', '--raw', ids[round] as string)).out.toString().replaceAll(ids[round] as string, 'ID'),
      );
    }
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(shown[1]).toBe(shown[0]);
    expect(shown[0]).toMatch(/\[redacted:github-token:[0-9a-f]{16}\]/);
    writeFileSync(join(home.path, 'short'), 'k');
    expect(await run(home, 'redact', '--redact-key', 'short', id)).toMatchObject({ code: 2 });
  });

  it('has the marks of an export with the same key, which takes the same options', async () => {
    const home = makeHome();
    makeSession(home);
    writeFileSync(join(home.path, 'key'), 'k'.repeat(32));
    const { out } = await run(home, 'redact', '--redact-key', 'key', id);
    const copy = (await run(home, 'show', '--raw', out.toString().trim())).out.toString();
    const [mark] = /\[redacted:github-token:[0-9a-f]{16}\]/.exec(copy) as RegExpExecArray;
    for (const args of [['ndjson'], ['raw'], ['csv', '--table', 'turns']]) {
      const exported = await run(home, 'export', '-q', '--redact-key', 'key', '--format', ...args, id);
      expect(exported).toMatchObject({ code: 0, err: '' });
      expect(exported.out.toString()).toContain(mark);
      expect(exported.out.toString()).not.toContain(token);
    }
    const ignored = await run(home, 'export', '--ignore', 'github-token', id);
    expect(ignored.out.toString()).toContain(token);
    const chosen = await run(home, 'export', '--rule', 'github-token', id);
    expect(chosen.out.toString()).not.toContain(token);
    expect(await run(home, 'export', '--rule', 'nothing', id)).toMatchObject({ code: 2 });
  });

  it('and exports say what they left out, and what was not looked at', async () => {
    const home = makeHome();
    const png = `data:image/png;base64,${Buffer.from('\x89PNG\r\n\x1a\n00', 'latin1').toString('base64')}`;
    const meta = record.meta(id, { source: 'exec', originator: 'codex_exec', cli_version: '0.120.0' });
    const reasoning = { type: 'reasoning', summary: [], encrypted_content: `gAAAAA${'bV9x'.repeat(30)}` };
    const message = { type: 'message', role: 'user', content: [{ type: 'input_image', image_url: png }] };
    const items = [reasoning, message].map((item): Entry => ['response_item', item]);
    home.rollout(id, jsonl(envelope(meta, ...turn('one'), ...items)));
    for (const args of [['redact'], ['export', '--redact'], ['export', '--redact', '--format', 'bundle']]) {
      const { err } = await run(home, ...args, id);
      expect(err).toContain('1 encrypted content was taken out');
      expect(err).toMatch(/\d+ pictures? or sounds? w\w+ copied without being looked at/);
    }
    const kept = await run(home, 'export', '--redact', '--keep-encrypted', id);
    expect(kept.out.toString()).toContain(reasoning.encrypted_content);
  });

  it('leaves damaged lines damaged, and says what the copy lacks', async () => {
    const home = makeHome();
    const payload = { type: 'reasoning', summary: [], encrypted_content: `gAAAAA${'bV9x'.repeat(30)}` };
    const meta = record.meta(id, { source: 'exec', originator: 'codex_exec', cli_version: '0.120.0' });
    const good = jsonl(envelope(meta, ...turn('one'), ['response_item', payload]));
    const bad = Buffer.concat([
      Buffer.from(`{"type":"event_msg","payload":{"message":"${token} `),
      Buffer.from('\xff"}}\n', 'latin1'),
    ]);
    home.rollout(id, Buffer.concat([Buffer.from(good), bad]));
    const { out } = await run(home, 'redact', '--json', id);
    const report = JSON.parse(out.toString());
    expect(report.warnings).toEqual([expect.stringContaining('1 encrypted content was taken out')]);
    expect(readFileSync(report.path, 'latin1')).toContain('"message":"[redacted:github-token:1] \xff"}}\n');
    const { out: faults } = await run(home, 'validate', '--json', report.thread_id);
    expect(faults.toString()).toContain('BAD-UTF8');
  });

  it('leaves out an unfinished last line, and says so', async () => {
    const home = makeHome();
    const path = makeSession(home);
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"timestamp":"2026-01-0`);
    const { code, out, err } = await run(home, 'redact', '--json', id);
    expect(code).toBe(0);
    expect(JSON.parse(out.toString())).toMatchObject({ left_out_lines: 1 });
    expect(err).toContain('left out');
  });

  it('refuses what it cannot do', async () => {
    const home = makeHome();
    makeSession(home);
    expect(await run(home, 'redact', 'ffffffff')).toMatchObject({ code: 2 });
    expect(await run(home, 'redact', '--rule', 'nothing', id)).toMatchObject({ code: 2 });
    expect(await run(home, 'redact')).toMatchObject({ code: 2 });
  });

  it('leaves no trace of 500 planted secrets in the copy or the report', async () => {
    const home = makeHome();
    const cases = makeCorpus({ seed: 21, alike: 0 });
    home.rollout(id, rolloutOf(cases, id));
    const { out } = await run(home, 'redact', '--json', id);
    const report = JSON.parse(out.toString());
    const lines = readFileSync(report.path, 'latin1').trimEnd().split('\n');
    expect(lines).toHaveLength(501);
    const changed = new Set(report.findings.map(({ line }: { line: number }) => line));
    const left = cases.filter(({ secret }, index) => {
      const traces = tracesOf(secret as string);
      const text = out.toString() + (changed.has(index + 2) ? lines[index + 1] : '');
      return traces.some((trace) => text.includes(trace));
    });
    expect(left).toEqual([]);
    expect(changed.size).toBeGreaterThanOrEqual(490);
    const rulesOf = async (of: string) =>
      (await run(home, 'validate', '--json', of)).out
        .toString()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line).rule);
    expect(await rulesOf(report.thread_id)).toEqual(await rulesOf(id));
  });
});

describe.skipIf(!corpus).each(['0.20.0', '0.45.0', '0.98.0', '0.120.0', '0.169.0', '0.169.0-zst'])(
  'every session of %s',
  (version) => {
    it('has a copy that is as valid, holds what is in effect, and names no user', { timeout: 120_000 }, async () => {
      const home = { path: join(makeFolder(), 'home') };
      cpSync(join(corpus as string, version), home.path, { recursive: true });
      const ids = (await run(home, 'ls', '-q', '--archived', '--no-index')).out.toString().trimEnd().split('\n');
      const errorsOf = async (of: string) =>
        (await run(home, 'validate', '--json', '--severity', 'error', of)).out
          .toString()
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line).rule);
      for (const original of ids) {
        const errors = await errorsOf(original);
        const { code, out, err } = await run(home, 'redact', '--json', original);
        if (isEmpty(home, original)) {
          expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('holds no record') });
          continue;
        }
        expect([0, 3]).toContain(code);
        const report = JSON.parse(out.toString());
        expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
        expect(
          (await errorsOf(report.thread_id)).filter((rule: string) => !errors.includes(rule)),
          original,
        ).toEqual([]);
        const effective = async (of: string) =>
          (await run(home, 'show', '--json', '--effective', of)).out
            .toString()
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line))
            .filter((event) => event.type === 'ResponseItem')
            .map(({ item }) => item.type);
        expect(await effective(report.thread_id), original).toEqual(await effective(original));
        expect(await run(home, 'secrets', '--personal', report.thread_id)).toMatchObject({ code: 0 });
      }
    });
  },
);
