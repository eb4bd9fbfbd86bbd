import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { makeCorpus, rolloutOf, tracesOf } from '../../bench/redact-corpus.mjs';
import { idOf, jsonl, makeHome, type TestHome } from '../builders.ts';
import { publishedSchemas } from '../schemas/published.ts';
import { runHere } from '../support/run-here.ts';

const ajv = new Ajv2020({ schemas: publishedSchemas(), strict: false, validateFormats: false });
const isFinding = ajv.compile({ $ref: 'urn:agent-sessions:schema:secret-finding:1' });
const id = idOf(1);
const token = `ghp_${'aB3dE5gH7j'.repeat(4).slice(0, 36)}`;

function lines(...texts: string[]): object[] {
  const timestamp = '2026-01-02T03:04:05.000Z';
  const meta = { id, timestamp, cwd: '/home/ada/x', originator: 'codex_exec', cli_version: '0.120.0', source: 'exec' };
  const items = texts.map((output) => ({
    timestamp,
    type: 'response_item',
    payload: { type: 'function_call_output', call_id: 'c', output },
  }));
  return [{ timestamp, type: 'session_meta', payload: meta }, ...items];
}

function run(home: TestHome, ...args: string[]) {
  return runHere(['secrets', ...args], { env: { CODEX_HOME: home.path }, cwd: home.path });
}

describe('sessions secrets', () => {
  it('says where secrets are, never what they are, and exits 1', async () => {
    const home = makeHome();
    home.rollout(id, lines('fine', `a ${token} b`, JSON.stringify({ env: { TOKEN: token } })));
    const { code, out, err } = await run(home);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    const found = out
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const finding of found) expect(isFinding(finding), JSON.stringify(isFinding.errors)).toBe(true);
    expect(found).toMatchObject([
      { rule: 'github-token', thread_id: id, line: 3, pointer: '/item/output', inner: [], offset: 2, preview: 'ghp_…' },
      { rule: 'github-token', thread_id: id, line: 4, pointer: '/item/output', inner: ['/env/TOKEN'], offset: 0 },
    ]);
    expect(found[0].hash).toBe(found[1].hash);
    expect(out.includes(token.slice(4, 12))).toBe(false);
  });

  it('exits 0 where there are none, and leaves out what is about persons unless asked', async () => {
    const home = makeHome();
    home.rollout(id, lines('mail ada@acme.net'));
    expect(await run(home)).toMatchObject({ code: 0, err: '' });
    expect(await run(home, '-q', '--personal')).toMatchObject({ code: 1 });
    const { out } = await run(home, '--rule', 'email');
    expect(JSON.parse(out.toString())).toMatchObject({ rule: 'email', severity: 'low' });
  });

  it('looks at structural names, names of members and damaged lines, and prints none of it', async () => {
    const home = makeHome();
    const timestamp = '2026-01-02T03:04:05.000Z';
    const [meta] = lines();
    const item = {
      type: 'function_call',
      call_id: token,
      name: 'x',
      arguments: JSON.stringify({ [token]: { [token]: 1 } }),
    };
    const records = [
      meta,
      { timestamp, type: 'my_ext', payload: { id: token } },
      { timestamp, type: 'response_item', payload: item },
    ];
    const damaged = Buffer.concat([Buffer.from(`{"a":"${token}`), Buffer.from([0, 0xff]), Buffer.from('"}\n')]);
    home.rollout(id, Buffer.concat([Buffer.from(jsonl(records as object[])), damaged]));
    const { code, out } = await run(home, '--json', '--personal');
    expect(code).toBe(3);
    expect(out.toString()).not.toContain(token.slice(4, 12));
    const found = out
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const finding of found) expect(isFinding(finding), JSON.stringify(isFinding.errors)).toBe(true);
    expect(found.map(({ line, pointer }) => `${line} ${pointer}`)).toEqual([
      '1 /meta/cwd',
      '2 /raw/payload/id',
      '3 /item/call_id',
      '3 /item/arguments/[redacted:github-token:1]',
      '3 /item/arguments/[redacted:github-token:1]/[redacted:github-token:1]',
      '4 /raw_base64',
    ]);
  });

  it('exits 2 for a rule that takes too long, with what was found before, under its session', async () => {
    const home = makeHome();
    home.rollout(id, lines(`a ${token}`, `${'a'.repeat(60)}b`, `b ${token}`));
    home.rollout(idOf(2), lines('fine'));
    writeFileSync(join(home.path, 'slow.json'), '{"rules":[{"id":"slow","pattern":"(a+)+$"}]}');
    const { code, out, err } = await run(home, '-q', '--rules', 'slow.json');
    expect(code).toBe(2);
    expect(out.toString()).toBe(`${id}\n`);
    expect(err).toContain('REGEX-TIMEOUT');
    expect(err).not.toContain('cannot be read');
  });

  it('exits 3 when something could not be read, with what was found in the rest', async () => {
    const home = makeHome();
    const text = jsonl(lines(`a ${token}`));
    home.rollout(id, `${text.slice(0, text.indexOf('\n') + 1)}{"broken": \n${text.slice(text.indexOf('\n') + 1)}`);
    const { code, out } = await run(home);
    expect(code).toBe(3);
    expect(out.toString()).toContain('github-token');
  });

  it('finds secrets in damaged lines, archived and compressed sessions, standard input and files', async () => {
    const home = makeHome();
    home.rollout(idOf(2), lines(`a ${token}`), { archived: true });
    home.rollout(idOf(3), lines(`a ${token}`), { compressed: true });
    home.rollout(idOf(4), `${jsonl(lines('fine'))}{"output": "TOKEN=${token}\n${jsonl(lines('x')).split('\n')[1]}\n`);
    expect((await run(home, '-q')).out.toString().trimEnd().split('\n')).toEqual([idOf(2), idOf(3), idOf(4)]);
    expect((await run(home, '-q', '--archived=only')).out.toString()).toBe(`${idOf(2)}\n`);
    const piped = await runHere(['secrets', '-q', '-'], { env: { CODEX_HOME: home.path }, stdin: jsonl(lines(token)) });
    expect(piped).toMatchObject({ code: 1 });
  });

  it('takes rules of ones own, leaves out those that are ignored, and knows no others', async () => {
    const home = makeHome();
    home.rollout(id, lines(`ACME-123456 ${token}`));
    writeFileSync(join(home.path, 'team.json'), '{"rules":[{"id":"ticket","pattern":"ACME-\\\\d{6}"}]}');
    const rules = async (...args: string[]) =>
      (await run(home, ...args)).out
        .toString()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line).rule);
    expect(await rules('--rules', 'team.json')).toEqual(['ticket', 'github-token']);
    expect(await rules('--rules', 'team.json', '--ignore', 'ticket,github-token')).toEqual([]);
    expect(await run(home, '--rule', 'nothing')).toMatchObject({ code: 2 });
    expect(await run(home, '--rules', 'missing.json')).toMatchObject({ code: 2 });
    const hint = async (...args: string[]) => (await run(home, ...args)).err;
    expect(await hint('--rule', 'github')).toContain('did you mean github-token?');
    expect(await hint('--ignore', 'ticke', '--rules', 'team.json')).toContain('did you mean ticket?');
    expect(await hint('--rule', 'nothing')).toMatch(/no rule 'nothing'[\s\S]*sessions secrets --help/);
    expect(await hint('--rule', 'nothing')).not.toContain('github-token');
  });

  it('shows a table on a terminal, without the secret', async () => {
    const home = makeHome();
    home.rollout(id, lines(`a ${token}`));
    const { code, out, err } = await runHere(['secrets', '--no-pager'], {
      env: { CODEX_HOME: home.path },
      tty: true,
      columns: 100,
    });
    expect(code).toBe(1);
    expect(out.toString()).toMatch(/github-token:1 +0 +2 +ghp_… token of GitHub +\/item\/output/);
    expect(err).toContain('1 session, 1 finding in 1 of them');
    expect(out.includes(token.slice(4, 12))).toBe(false);
  });

  it('finds nothing in what was redacted, be it in the table', async () => {
    const home = makeHome();
    home.rollout(
      id,
      lines(`postgres://bob:q7Xw2Lp9Zk4R@db/x`, `my token is ${token}`, 'mysql -u root -pq7Xw2Lp9Zk4R db'),
    );
    expect((await run(home, '-q', '--rule', 'github-token')).out.toString()).toBe(`${id}\n`);
    const copy = await runHere(['redact', id], { env: { CODEX_HOME: home.path }, cwd: home.path });
    expect(copy.code).toBe(0);
    expect(await run(home, copy.out.toString().trim())).toMatchObject({ code: 0, err: '' });
    const { out } = await runHere(['secrets', '--no-pager'], {
      env: { CODEX_HOME: home.path },
      tty: true,
      columns: 120,
    });
    const rows = out
      .toString()
      .split('\n')
      .map((row) => row.trim().split(/ {2,}/));
    expect(rows.map(([mark]) => mark)).toEqual(expect.arrayContaining(['url-password:1', 'github-token:1']));
    expect(out.toString()).toMatch(/url-password:1 .* password in an address /);
    expect(out.toString()).not.toContain('…  ');
  });

  it('writes no trace of 500 planted secrets', async () => {
    const home = makeHome();
    const cases = makeCorpus({ seed: 11, alike: 0 });
    home.rollout(id, rolloutOf(cases, id));
    const { code, out, err } = await run(home, '--json');
    // Some lines are damaged.
    expect(code).toBe(3);
    const lineNumbers = new Set(
      out
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).line),
    );
    expect(lineNumbers.size).toBeGreaterThanOrEqual(490);
    const text = out.toString() + err;
    expect(cases.flatMap(({ secret }) => tracesOf(secret as string)).filter((trace) => text.includes(trace))).toEqual(
      [],
    );
  });
});
