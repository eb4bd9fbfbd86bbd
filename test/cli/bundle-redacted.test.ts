import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../src/format/limits.ts';
import { idOf, jsonl, makeFolder } from '../builders.ts';
import { editJson, editText, expectSchema, filesOf, resign, runScript, verifyBundle } from '../support/bundles.ts';
import { runHere } from '../support/run-here.ts';
import { SealedHome, sessionLines } from '../support/sealed-home.ts';

const [one, two] = [idOf(1), idOf(2)];
const secret = `ghp_${'aB3dE5fG7h'.repeat(4).slice(0, 36)}`;
const out = makeFolder();
let sealed: SealedHome;
let good: string;

beforeAll(async () => {
  sealed = new SealedHome();
  sealed.home.rollout(one, sessionLines(one, 2, secret));
  sealed.home.rollout(two, sessionLines(two, 2));
  await sealed.runSeal();
  good = await pack('good');
});

const pack = async (name: string, ...args: string[]) => {
  const path = join(out, name);
  const command = ['export', '--format', 'bundle', '--redact', '--key', sealed.key, '-o', path, ...args, one, two];
  await runHere(command, { env: sealed.env });
  return path;
};
let count = 0;
const changed = (change: (folder: string) => void) => {
  const folder = join(out, `changed-${count++}`);
  cpSync(good, folder, { recursive: true });
  change(folder);
  // The owner's key: only what can be shown is to be shown.
  resign(folder, sealed.key);
  return folder;
};
const verify = (path: string, ...args: string[]) => verifyBundle(path, '--allowed-signers', sealed.signers, ...args);
const rollout = (id: string) => `data/${id}/rollout.jsonl`;
interface Redactions {
  lines: { file: string; line: number; leaf: string; rules: string[] }[];
}
const redactionsOf = (folder: string) => {
  const value = JSON.parse(readFileSync(join(folder, 'redactions.json'), 'utf8')) as Redactions;
  expectSchema('redactions', value);
  return value.lines;
};
const writeRedactions = (folder: string, lines: object[]) =>
  writeFileSync(
    join(folder, 'redactions.json'),
    `{"schema":"sessions.redactions/1","lines":[\n${lines.map((line) => JSON.stringify(line)).join(',\n')}\n]}\n`,
  );

describe('a redacted bundle', () => {
  it('is good only for who says so, and says how much of it is not shown', async () => {
    const { code, records, statuses } = await verify(good);
    expect([code, statuses]).toEqual([1, ['REDACTED', 'REDACTED', 'VERIFIED', 'VALID']]);
    const lines = redactionsOf(good).filter(({ file }) => file === rollout(one));
    expect(lines.filter(({ rules }) => rules.includes('github-token')).length).toBeGreaterThan(0);
    expect(records[0].message).toMatch(
      new RegExp(`^${lines.length} of ${records[0].sealed} sealed lines are not shown`),
    );
    expect((await verify(good, '--allow-redacted')).code).toBe(0);
    expect(runScript(good, { ALLOWED_SIGNERS: sealed.signers }).status).toBe(0);
  });

  it('holds no secret, nor who made it, nor who may sign', async () => {
    const files = filesOf(good);
    for (const file of files) {
      const text = readFileSync(join(good, file), 'latin1');
      expect([file, text.includes(secret), text.includes('me@test')]).toEqual([file, false, false]);
    }
    for (const file of ['allowed_signers', 'journal.jsonl']) expect(files).not.toContain(file);
    const custody = JSON.parse(readFileSync(join(good, 'custody.json'), 'utf8'));
    expectSchema('custody', custody);
    expect(custody).toMatchObject({
      made_by: { user: null, uid: null, host: null },
      completeness: { about_all: ['seal-log.jsonl'], withheld: expect.arrayContaining(['allowed_signers', 'made_by']) },
    });
    expect(JSON.stringify(custody)).not.toContain(`"${hostname()}"`);
    expect(JSON.stringify(custody)).not.toContain(`"${userInfo().username}"`);
  });

  it('cannot hide a changed line behind its hash', async () => {
    const all = changed((at) => {
      const leaves = readFileSync(join(at, `proofs/${two}/leaves`));
      const more = Array.from({ length: leaves.length / 32 }, (_, index) => ({
        ...{ file: rollout(two), line: index + 1 },
        ...{ leaf: leaves.subarray(index * 32, index * 32 + 32).toString('base64'), rules: ['made-up'] },
      }));
      writeRedactions(at, [...redactionsOf(at).filter(({ file }) => file === rollout(one)), ...more]);
      editText(join(at, rollout(two)), (text) => text.replace(/turn \d/g, 'forged'));
    });
    const { code, records } = await verify(all);
    const forged = records.find(({ rollout_id: id }) => id === two);
    expect([code, forged.status]).toEqual([1, 'REDACTED']);
    expect(forged.message).toMatch(/^(\d+) of \1 sealed lines are not shown/);
    // What was not redacted cannot be changed.
    const line = changed((at) =>
      editText(join(at, rollout(one)), (text) => text.replace('"token_count"', '"token_counX"')),
    );
    expect((await verify(line, '--allow-redacted')).statuses).toContain('MODIFIED');
  });

  it('is held against the log: an older seal is not good', async () => {
    const home = new SealedHome();
    const id = idOf(7);
    const path = home.home.rollout(id, sessionLines(id, 1, secret));
    await home.runSeal();
    const sizes = readFileSync(path, 'utf8').split('\n').length - 1;
    writeFileSync(path, jsonl(sessionLines(id, 3, secret)));
    await home.runSeal();
    const folder = join(out, 'older');
    const command = ['export', '--format', 'bundle', '--redact', '--key', home.key, '-o', folder, id];
    expect((await runHere(command, { env: home.env })).code).toBe(0);
    for (const kind of ['checkpoints', 'signatures']) {
      for (const file of filesOf(join(folder, kind, id))) {
        if (!file.startsWith(`${sizes}`) || file.replace('.sig', '') !== `${sizes}`)
          rmSync(join(folder, kind, id, file));
      }
    }
    resign(folder, home.key);
    const { code, statuses } = await verifyBundle(folder, '--allowed-signers', home.signers, '--allow-redacted');
    expect([code, statuses]).toEqual([1, expect.arrayContaining(['ROLLED-BACK'])]);
  });

  type Line = Redactions['lines'][number];
  const broken: [string, (lines: [Line, ...Line[]]) => object[]][] = [
    ['a leaf that is too long', ([first, ...more]) => [{ ...first, leaf: 'A'.repeat(60_000) }, ...more]],
    ['lines in no order', (lines) => [...lines].reverse()],
    ['a line twice', ([first, ...more]) => [first, first, ...more]],
    ['another file', (lines) => [...lines, { ...lines[0], file: 'data/zzz' }]],
    ['no rule', ([first, ...more]) => [{ ...first, rules: [] }, ...more]],
    ['no number', ([first, ...more]) => [{ ...first, line: '1' }, ...more]],
  ];
  it.each(broken)('with redactions that hold %s is not good', async (_, edit) => {
    const folder = changed((at) => writeRedactions(at, edit(redactionsOf(at) as [Line, ...Line[]])));
    const { code, statuses, err } = await verify(folder, '--allow-redacted');
    expect([code, statuses.at(-1), err]).toEqual([1, 'INVALID', '']);
  });

  it('without its redactions, or with originals, is not good', async () => {
    const without = changed((at) => rmSync(join(at, 'redactions.json')));
    expect((await verify(without, '--allow-redacted')).statuses).toContain('INVALID');
    const called = changed((at) =>
      editJson<{ redacted: boolean }>(join(at, 'custody.json'), (custody) => {
        custody.redacted = false;
      }),
    );
    expect((await verify(called, '--allow-redacted')).code).toBe(1);
  });
});

it('a line that is too long to be looked through leaves its hash', async () => {
  const home = new SealedHome();
  const id = idOf(8);
  const long = `{"type":"event_msg","payload":{"type":"x","text":"${'a'.repeat(defaultLimits.lineBytes)}"}}\n`;
  const lines = sessionLines(id, 1);
  home.home.rollout(id, `${jsonl(lines)}${long}${jsonl(lines.slice(-1))}`);
  await home.runSeal();
  const folder = join(out, 'long');
  const command = ['export', '--format', 'bundle', '--redact', '--key', home.key, '-o', folder, id];
  expect((await runHere(command, { env: home.env })).code).toBe(3);
  const { statuses, code } = await verifyBundle(folder, '--allowed-signers', home.signers, '--allow-redacted');
  expect([code, statuses]).toEqual([0, ['REDACTED', 'VERIFIED', 'VALID']]);
  expect(readFileSync(join(folder, rollout(id)), 'utf8')).toContain('{"redacted":true,"leaf":"');
}, 60_000);
