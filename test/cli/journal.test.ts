import { appendFileSync, mkdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { validateJournalEntry } from '../../src/format/schemas.ts';
import { readHolds } from '../../src/store/holds.ts';
import { homeAt } from '../../src/store/home.ts';
import { readJournal, verifyJournal } from '../../src/store/journal-read.ts';
import { idOf, makeHome, type TestHome } from '../builders.ts';
import { addAged } from '../support/aged-session.ts';
import { type Outcome, runProgram } from '../support/run-program.ts';

it('whatever a command writes into the journal is as its schema says', async () => {
  const home = lockingHome();
  const done: string[] = [];
  const run = async (code: number, ...args: string[]) => {
    const outcome = await runProgram(args, { env: { CODEX_HOME: home.path } });
    expect([args, outcome.code, outcome.stderr]).toEqual([args, code, outcome.stderr]);
    done.push(args.slice(0, 2).join(' '));
    return outcome;
  };
  const hold = idIn(await run(0, 'hold', 'add', '--matter', 'x', '--cwd', '/nowhere', '--json'), 'hold_id');
  const tx = idIn(await run(0, 'prune', '--older-than', '30d', '--json'), 'tx');
  await run(0, 'restore', tx);
  await run(0, 'prune', idOf(1));
  await run(0, 'prune', '--purge', '--grace', '0', '--yes');
  const compressed = idIn(await run(0, 'compress', '--older-than', '7d', idOf(2), '--json'), 'tx');
  await run(0, 'restore', compressed);
  await run(0, 'compress', '--older-than', '7d', idOf(2));
  await run(0, 'compress', '--decompress', idOf(2));
  tear(home, 3);
  await run(0, 'repair', idOf(3));
  await run(0, 'hold', 'release', '--reason', 'settled', hold);
  const events = new Set<string>();
  for (const entry of readJournal(homeAt(home.path))) {
    expect([entry.event, validateJournalEntry(entry)]).toEqual([entry.event, { ok: true, unknown: null }]);
    events.add(entry.event);
  }
  expect([...events].filter((event) => !event.endsWith('-intent')).sort()).toEqual(
    ['hold-add', 'hold-release', 'purge-done', 'purged', 'replaced', 'restored', 'trashed'].sort(),
  );
  expect(verifyJournal(homeAt(home.path))).toMatchObject({ ok: true });
});

it('prune notes what a hold by query has come to cover, before anything goes', async () => {
  const home = lockingHome();
  const run = (...args: string[]) => runProgram(args, { env: { CODEX_HOME: home.path } });
  expect((await run('hold', 'add', '--matter', 'x', '--cwd', '/case')).code).toBe(0);
  addAged(home, 9, 40, { meta: { cwd: '/case' } });
  const outcome = await run('prune', '--older-than', '30d', '-q');
  expect([outcome.code, outcome.stdout.toString().split('\n').sort()]).toEqual([0, ['', ...[1, 2, 3].map(idOf)]]);
  const [held] = readHolds(homeAt(home.path));
  expect([...(held?.threadIds ?? [])]).toEqual([idOf(9)]);
  const noted = readFileSync(join(home.path, '.sessions/holds.jsonl'), 'utf8').trim().split('\n');
  expect(noted.map((line) => (JSON.parse(line) as { action: string }).action)).toEqual(['add', 'noted']);
  expect((await run('prune', '--older-than', '30d', '-n')).code).toBe(0);
  expect(readFileSync(join(home.path, '.sessions/holds.jsonl'), 'utf8').trim().split('\n')).toEqual(noted);
});

function lockingHome(): TestHome {
  const home = makeHome();
  mkdirSync(join(home.path, 'thread-writer-locks'));
  home.write('thread_history_1.sqlite', '');
  for (const n of [1, 2, 3]) addAged(home, n, 40);
  for (const n of [101, 102, 103, 104]) addAged(home, n, 1);
  return home;
}

function tear(home: TestHome, n: number): void {
  const path = addAged(home, n, 40);
  appendFileSync(path, '{"timestamp":"2026-01-02T03:');
  utimesSync(path, 1_767_000_000, 1_767_000_000);
}

function idIn(outcome: Outcome, key: string): string {
  const [first = ''] = outcome.stdout.toString().split('\n');
  return (JSON.parse(first) as { [key: string]: string })[key] as string;
}
