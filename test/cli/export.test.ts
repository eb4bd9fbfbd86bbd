import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { envelope, idOf, jsonl, makeFolder, makeHome, record, type TestHome, turn } from '../builders.ts';
import { publishedSchemas } from '../schemas/published.ts';
import type { Json } from '../support/json.ts';
import type { MemoryIoOptions } from '../support/memory-io.ts';
import { runHere } from '../support/run-here.ts';
import { program } from '../support/run-program.ts';

const [one, two, bad] = [idOf(1), idOf(2), idOf(3)];
const hasTools = spawnSync('jq', ['--version']).status === 0 && spawnSync('zstd', ['--version']).status === 0;
const ajv = new Ajv2020({ schemas: publishedSchemas(), strict: false, validateFormats: false });

let home: TestHome;
let folder: string;
beforeAll(() => {
  home = makeHome();
  folder = makeFolder();
  const calls = [
    record.call('c1', 'shell', { command: ['ls', '-la'] }),
    record.output('c1', '=cmd|"/c calc"!A1'),
    record.call('c2', 'lookup', { id: 7 }),
  ];
  home.rollout(one, envelope(record.meta(one), ...turn('first'), ...calls, ...turn('=1+1')));
  home.rollout(two, envelope(record.meta(two, { cwd: '/home/dev/other' }), ...turn('hello')), { compressed: true });
  home.rollout(bad, `${jsonl(envelope(record.meta(bad), ...turn('x')))}garbage\n`, { archived: true });
  home.names({ [one]: 'my | session' });
});

describe('what is exported', () => {
  it.skipIf(!hasTools)('compressed is read as guides show it', async () => {
    const path = join(folder, 'X.jsonl.zst');
    expect((await exported(['-o', path, one, two])).code).toBe(0);
    const filter = 'select(.type == "ResponseItem" and .item.type == "tool_call")';
    const { stdout, status } = spawnSync('bash', ['-c', `set -o pipefail; zstd -dc ${path} | jq -c '${filter}'`]);
    expect([status, parsed(stdout).map(({ item }) => item.call_id)]).toEqual([0, ['c1', 'c2']]);
    expect(spawnSync('zstd', ['-dcq', path]).stdout.equals((await exported([one, two])).out)).toBe(true);
  });

  it('is chosen by names, by what standard input says, by selectors, and by both', async () => {
    const idsOf = async (argv: string[], stdin = '') => {
      const { code, out, err } = await exported(argv, { stdin });
      expect([code, err]).toEqual([0, '']);
      return [...new Set(parsed(out).map(({ thread_id }) => thread_id))];
    };
    expect(await idsOf([two, 'my | session'])).toEqual([two, one]);
    expect(await idsOf(['-'], `${two}\n${one}\n`)).toEqual([two, one]);
    const rows = await runHere(['ls', '--json'], { env: { CODEX_HOME: home.path } });
    expect((await idsOf(['-'], rows.out.toString())).sort()).toEqual([one, two]);
    expect(await idsOf(['-'], jsonl(envelope(record.meta(one), ...turn('first'))))).toEqual([one]);
    expect(await idsOf(['--cwd', '/home/dev/other'])).toEqual([two]);
    expect(await idsOf(['--since', '2020-01-01', '--limit', '1', '--sort', 'created', one, two])).toHaveLength(1);
  });

  it('is nothing where no session is like what was asked for: no file is made', async () => {
    const path = join(folder, 'none.jsonl');
    for (const argv of [
      ['--cwd', '/home/dev/other', '--no-index', one],
      ['-'],
      ['--turn', '99', one],
      ['--cwd', '/no'],
    ]) {
      for (const more of [[], ['--format', 'bundle'], ['--format', 'json']]) {
        if (more[1] === 'bundle' && argv.includes('--turn')) continue;
        const { code, out, err } = await exported(['-o', path, ...more, ...argv]);
        expect([argv, code, out.length, err]).toEqual([argv, 1, 0, 'sessions: no session is like this\n']);
        expect(existsSync(path) || existsSync(`${path}.partial`)).toBe(false);
      }
    }
    const empty = await runHere(['export', '--since', '2020-01-01'], { env: { CODEX_HOME: makeHome().path } });
    expect([empty.code, empty.out.length]).toEqual([1, 0]);
  });

  it('goes straight to a device', async () => {
    const { code, err } = await exported(['-o', '/dev/null', '--format', 'markdown', one]);
    expect([code, existsSync('/dev/null.partial'), existsSync('/dev/null.losses.jsonl')]).toEqual([0, false, false]);
    expect(err).not.toContain('/dev/null');
  });

  it('raw is one session in a file', async () => {
    expect(await exported(['--raw', one, two])).toMatchObject({ code: 2 });
  });

  it('may be a part of each session', async () => {
    const events = parsed((await exported(['--item-type', 'tool_call', '--turn', '1', one])).out);
    expect(events.map(({ schema, item }) => [schema, item.call_id])).toEqual([
      ['sessions.event/1', 'c1'],
      [undefined, 'c2'],
    ]);
    const { out } = await exported(['--raw', '--type', 'session_meta', one]);
    expect(parsed(out).map(({ type }) => type)).toEqual(['session_meta']);
  });

  it('leaves out secrets with --redact', async () => {
    const secret = `ghp_${'aB3dE5gH7jK9mN1pQ3sT5vX7zA2cE4gI6kM8'}`;
    const path = home.write('secret.jsonl', jsonl(envelope(record.meta(idOf(9)), ...turn(`token ${secret}`))));
    for (const format of ['ndjson', 'raw', 'json', 'text', 'markdown']) {
      const plain = await exported(['--format', format, path]);
      const clean = await exported(['--format', format, '--redact', path]);
      expect([format, clean.code, plain.out.includes(secret), clean.out.includes(secret)]).toEqual([
        format,
        0,
        true,
        false,
      ]);
      expect(clean.err).toMatch(/\d+ secrets?.* replaced by marks?/);
    }
  });

  it('has tables whose cells are no formulas, unless they are wanted', async () => {
    const table = async (...more: string[]) => (await exported(['-q', '--format', 'csv', ...more, one])).out.toString();
    expect(await table()).toContain(`,"'=cmd|""/c calc""!A1",`);
    expect(await table('--csv-raw')).toContain(`,"=cmd|""/c calc""!A1",`);
    const lines = (await table('--table', 'turns')).split('\r\n');
    expect(lines[2]).toMatch(new RegExp(`^"${one}",2,.*,"'=1\\+1",`));
    expect(await table('--format', 'tsv')).toMatch(/\tls -la\t\{"command":\["ls","-la"\]\}\tcompleted\t/);
  });
});

describe('a folder', () => {
  it('has a file for each session, a manifest and the losses', async () => {
    const path = join(folder, 'split');
    const { code } = await exported(['--format', 'markdown', '--split', '-o', path, one, two, bad]);
    expect(code).toBe(3);
    const files = [one, two, bad].map((id) => `${id}.md`);
    expect(readdirSync(path).sort()).toEqual([...files, 'losses.jsonl', 'manifest.jsonl'].sort());
    const validate = ajv.compile({ $ref: 'urn:agent-sessions:schema:export-manifest:1' });
    const records = parsed(readFileSync(join(path, 'manifest.jsonl')));
    for (const each of records) expect([validate(each), validate.errors]).toEqual([true, null]);
    expect(records.map(({ kind, file }) => file ?? kind)).toEqual(['export', ...files, 'losses.jsonl', 'end']);
    expect(records.at(-1)).toMatchObject({ sessions: 3, lost: 1 });
    for (const { file, sha256 } of records.filter((each) => each.file)) {
      const sum = createHash('sha256')
        .update(readFileSync(join(path, file)))
        .digest('hex');
      expect([file, sum]).toEqual([file, sha256]);
    }
    expect((await exported(['--format', 'markdown', '--split', '-o', path, one])).code).toBe(2);
    expect((await exported(['--format', 'raw', '--split', '--force', '-o', path, one])).code).toBe(0);
    expect(readdirSync(path).sort()).toEqual([`${one}.jsonl`, 'losses.jsonl', 'manifest.jsonl']);
  });
});

describe('what goes wrong', () => {
  it.each<[string[], number, string]>([
    [[], 2, 'no session is named'],
    [['nothing'], 2, "no session has the id or name 'nothing'"],
    [['--format', 'docx', one], 2, "--format does not take 'docx'"],
    [['--raw', '--format', 'csv', one], 2, 'two formats'],
    [['--table', 'turns', one], 2, '--table goes with csv and tsv'],
    [['--split', one], 2, '--split needs a folder'],
    [['-o', '/no/such/folder/x', one], 2, 'there is no such folder'],
    [['-o', '/', one], 2, 'is not a regular file'],
    [['--since', '2020-01-01', '/some/file.jsonl'], 2, 'selectors choose among the sessions of the home'],
    [['/dev/null'], 2, 'no session has the id'],
  ])('%j ends with %i', async (argv, code, message) => {
    const { code: exit, out, err } = await exported([...argv, '--json']);
    if (argv[0] === '/dev/null') expect(exit).toBe(1);
    else {
      expect([exit, out.length]).toEqual([code, 0]);
      expect(JSON.parse(err)).toMatchObject({ exit: code, message: expect.stringContaining(message) });
    }
  });

  it('replaces no file without --force', async () => {
    const path = join(folder, 'mine');
    writeFileSync(path, 'mine');
    const refused = await exported(['-o', path, one]);
    expect([refused.code, readFileSync(path, 'utf8')]).toEqual([2, 'mine']);
    expect(refused.err).toBe(`sessions: ${path}: there is a file already\nhint: --force replaces it\n`);
    expect((await exported(['--force', '-o', path, one])).code).toBe(0);
    expect(readFileSync(path).equals((await exported([one])).out)).toBe(true);
  });

  it('is a record that does not fit its schema: all is written, under the name .partial', async () => {
    const events = (await exported([two])).out.toString().replace('"turn":1', '"turn":-1');
    const path = join(folder, 'invalid.jsonl');
    const { code, err } = await exported(['-o', path, '-'], { stdin: events });
    expect([code, existsSync(path)]).toEqual([1, false]);
    expect(readFileSync(`${path}.partial`, 'utf8')).toBe(events);
    expect(err).toMatch(
      /event \d+ of \S+ does not fit its schema: \/turn .*\n.*1 record does not fit its schema; all was written, as .*invalid\.jsonl\.partial/,
    );
    expect((await exported(['-'], { stdin: events })).code).toBe(1);
    const again = ['--no-validate', '-o', path, '-'];
    const refused = await exported(again, { stdin: events });
    expect([refused.code, refused.err]).toEqual([
      2,
      expect.stringContaining('invalid.jsonl.partial: is there already'),
    ]);
    expect((await exported(['--force', ...again], { stdin: events })).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(events);
  });

  it('is a line that does not fit its schema, copied as it is; one that is no record is said', async () => {
    const lines = jsonl(envelope(record.meta(idOf(5)), ...turn('x')));
    const [wrong, garbage] = [lines.replace('"cwd":"', '"cwd":7,"was":"'), `${lines}garbage\n${lines}{"torn`];
    const path = join(folder, 'wrong.jsonl');
    const { code, err } = await exported(['--raw', '-o', path, '-'], { stdin: wrong });
    expect([code, existsSync(path), readFileSync(`${path}.partial`, 'utf8')]).toEqual([1, false, wrong]);
    expect(err).toMatch(/line 1 of .* does not fit its schema: \/payload\/cwd must be .*\n.*1 record does not fit/);
    expect(await exported(['--raw', '--no-validate', '-'], { stdin: wrong })).toMatchObject({ code: 0, err: '' });
    const damaged = await exported(['--raw', '-'], { stdin: garbage });
    expect([damaged.code, damaged.out.toString()]).toEqual([3, garbage]);
    expect(damaged.err).toContain('the line was copied as it is: it is not JSON');
    expect((await exported(['--raw', '-'], { stdin: `${lines}{"torn` })).code).toBe(0);
  });

  it('is a session that is asked for and cannot be opened: what was written says so', async () => {
    const file = join(folder, 'one-of-two.jsonl');
    const single = await exported(['-o', file, one, '/no/such/file.jsonl']);
    expect([single.code, existsSync(file)]).toEqual([2, true]);
    expect(single.err).toContain(`1 of the 2 sessions is not in ${file}`);
    const path = join(folder, 'two-of-three');
    const several = await exported(['--split', '-o', path, one, '/no/such/file.jsonl', two]);
    expect(several.code).toBe(2);
    const records = parsed(readFileSync(join(path, 'manifest.jsonl')));
    const failed = { kind: 'failed', thread_id: null, path: '/no/such/file.jsonl', message: 'no such file' };
    expect(records.filter(({ kind }) => kind === 'failed')).toMatchObject([failed]);
    expect(records.at(-1)).toMatchObject({ kind: 'end', sessions: 2, failed: 1 });
  });

  it('is a session that cannot be read: the others are exported', async () => {
    const { code, out, err } = await exported(['/no/such/file.jsonl', '/dev/zero', bad, two]);
    expect(code).toBe(2);
    expect([...new Set(parsed(out).map(({ thread_id }) => thread_id))]).toEqual([bad, two]);
    expect(err).toContain('/no/such/file.jsonl: no such file');
    expect((await exported([bad])).code).toBe(3);
  });

  it.each(['ndjson', 'raw', 'json', 'text', 'markdown', 'csv', 'tsv'])(
    'is not a reader that leaves: %s ends with 141, without a word',
    (format) => {
      const path = home.write('many.jsonl', jsonl(envelope(record.meta(idOf(8)), ...turn('x'))).repeat(3000));
      const more = format.endsWith('sv') ? '--table turns' : '';
      const line = `"${process.execPath}" "${program}" export --format ${format} ${more} "${path}" | head -1 > /dev/null; echo "\${PIPESTATUS[0]}"`;
      const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', line], { encoding: 'utf8' });
      expect([stderr, stdout]).toEqual(['', '141\n']);
    },
  );
});

describe('a terminal', () => {
  it('is not written raw bytes to, and is shown the rest safely', async () => {
    const path = home.write('escape.jsonl', jsonl(envelope(record.meta(idOf(7)), ...turn('a\u001b[2Jb\u202ec'))));
    expect(await exported(['--raw', path], { tty: true })).toMatchObject({ code: 4 });
    expect((await exported(['--raw', '--force', path], { tty: true })).out.length).toBeGreaterThan(0);
    for (const argv of [
      [],
      ['--format', 'json'],
      ['--format', 'text'],
      ['--format', 'markdown'],
      ['--format', 'csv', '--table', 'turns'],
    ]) {
      const { code, out } = await exported([...argv, path], { tty: true });
      expect([argv, code, /[\u001b\u202e]/.test(out.toString()), out.length > 0]).toEqual([argv, 0, false, true]);
    }
  });
});

describe('a session that is written to', () => {
  it('is exported as it was when it was opened, and how much that is, is said', async () => {
    const path = home.rollout(idOf(6), jsonl(envelope(record.meta(idOf(6)), ...turn('x'))).repeat(2000));
    const { size } = { size: readFileSync(path).length };
    const child = spawn(process.execPath, [program, 'export', '--raw', idOf(6)], {
      env: { ...process.env, CODEX_HOME: home.path },
    });
    const err: Buffer[] = [];
    const out: Buffer[] = [];
    child.stderr.on('data', (chunk) => err.push(chunk));
    await once(child.stdout, 'readable');
    appendFileSync(path, '{"type":"late"}\n');
    child.stdout.on('data', (chunk) => out.push(chunk));
    const [code] = await once(child, 'close');
    expect([code, Buffer.concat(out).length]).toEqual([0, size]);
    expect(Buffer.concat(err).toString()).toContain(`is being written to: ${size} bytes of it were exported`);
  });
});

function exported(argv: string[], options: MemoryIoOptions = {}) {
  return runHere(['export', ...argv], { env: { CODEX_HOME: home.path }, ...options });
}

function parsed(out: Buffer): Json[] {
  const text = out.toString().trimEnd();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line));
}
