import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { idOf, makeFolder } from '../builders.ts';
import { editText, filesOf, resign, runScript } from '../support/bundles.ts';
import { PurgedHome } from '../support/purged-home.ts';
import { runProgram } from '../support/run-program.ts';

const out = makeFolder();
const good = join(out, 'good');
let home: PurgedHome;
let signers: string;

beforeAll(async () => {
  home = new PurgedHome(3);
  expect((await home.run('seal')).code).toBe(0);
  expect((await home.purge(3)).code).toBe(0);
  expect((await home.run('seal')).code).toBe(0);
  signers = join(home.outside, '.ssh/allowed_signers');
  const packed = await home.run('export', '--format', 'bundle', '-o', good, idOf(1));
  expect([packed.code, packed.err]).toEqual([0, '']);
}, 60_000);

let count = 0;
const changed = (change: (folder: string) => void) => {
  const folder = join(out, `changed-${count++}`);
  cpSync(good, folder, { recursive: true });
  change(folder);
  resign(folder, home.key);
  return folder;
};
const verify = async (folder: string) => {
  const env = { HOME: home.outside, CODEX_HOME: '/nonexistent' };
  const { code, stdout } = await runProgram(['verify', '--json', '--allowed-signers', signers, folder], { env });
  const records = stdout.toString().trim().split('\n');
  return { code, records: records.map((line) => JSON.parse(line)) };
};
const receipt = () => filesOf(good).find((file) => /^receipts\/.*\.json$/.test(file)) as string;

describe('a bundle of a home that something was purged from', () => {
  it('has the journal, and the receipts with their signatures, which are checked', async () => {
    expect(filesOf(good)).toEqual(expect.arrayContaining(['journal.jsonl', receipt(), `${receipt()}.sig`]));
    const { code, records } = await verify(good);
    expect([code, records.at(-1).status]).toEqual([0, 'VALID']);
    expect(records.find(({ subject }) => subject === 'journal')).toMatchObject({
      status: 'VERIFIED',
      path: 'journal.jsonl',
    });
    expect(records.find(({ subject }) => subject === 'receipt')).toMatchObject({
      ...{ status: 'VERIFIED', path: receipt(), signer: { principal: 'me@test' } },
    });
    expect(runScript(good, { ALLOWED_SIGNERS: signers })).toMatchObject({ status: 0 });
  }, 30_000);

  const cases: [string, string, (at: string) => void, isSeenByScript: boolean][] = [
    [
      'a receipt that says something else',
      'receipt',
      (at) => editText(join(at, receipt()), (text) => text.replace('"rule":"', '"rule":"x')),
      true,
    ],
    ['a receipt without its signature', 'receipt', (at) => rmSync(join(at, `${receipt()}.sig`)), true],
    ['no receipt', 'receipt', (at) => rmSync(join(at, 'receipts'), { recursive: true }), false],
    ['no journal', 'journal', (at) => rmSync(join(at, 'journal.jsonl')), false],
    [
      'a journal that lacks a line',
      'journal',
      (at) => {
        const lines = readFileSync(join(at, 'journal.jsonl'), 'utf8').split('\n');
        writeFileSync(join(at, 'journal.jsonl'), [...lines.slice(0, 1), ...lines.slice(2)].join('\n'));
      },
      false,
    ],
  ];
  it.each(cases)(
    'with %s is not good',
    async (_, subject, change, isSeenByScript) => {
      const folder = changed(change);
      const { code, records } = await verify(folder);
      expect(code).toBe(1);
      expect(records.filter((record) => record.subject === subject).some(({ status }) => status !== 'VERIFIED')).toBe(
        true,
      );
      expect(runScript(folder, { ALLOWED_SIGNERS: signers }).status).toBe(isSeenByScript ? 1 : 0);
    },
    30_000,
  );
});
