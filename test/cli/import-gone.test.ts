import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { idOf, jsonl, makeFolder, makeHome } from '../builders.ts';
import { addAged } from '../support/aged-session.ts';
import { filesOf } from '../support/bundles.ts';
import { runHere } from '../support/run-here.ts';
import { sessionLines } from '../support/sealed-home.ts';

const one = idOf(1);

/** A home that has, or had, a session, and a copy of its file elsewhere. */
function homeWithAged() {
  const home = makeHome();
  mkdirSync(join(home.path, 'thread-writer-locks'));
  home.write('thread_history_1.sqlite', '');
  addAged(home, 1, 40);
  addAged(home, 2, 50);
  const file = filesOf(home.path).find((name) => name.includes(`-${one}.jsonl`)) as string;
  const copy = join(makeFolder(), 'copy.jsonl');
  writeFileSync(copy, readFileSync(join(home.path, file)));
  const run = (...args: string[]) => runHere(args, { env: { CODEX_HOME: home.path, PATH: process.env.PATH ?? '' } });
  return { home, copy, run, isThere: () => existsSync(join(home.path, file)) };
}

it.each([
  ['in the trash', ['prune', one], 'sessions restore'],
  ['purged', ['prune', one, '--grace', '0', '--yes'], '--new-ids'],
])('a session that is %s does not come back by an import', async (_, removal, wayOut) => {
  const { copy, run, isThere } = homeWithAged();
  expect((await run(...removal)).code).toBe(0);
  expect(isThere()).toBe(false);
  const { code, err } = await run('import', copy);
  expect([code, err]).toEqual([4, expect.stringContaining(wayOut)]);
  expect([code, isThere()]).toEqual([4, false]);
  const again = await run('import', '--json', '--new-ids', copy);
  expect([again.code, JSON.parse(again.out.toString()).original_thread_id]).toEqual([0, one]);
});

it('a session that is held and missing is not replaced by what may be another one', async () => {
  const { home, copy, run } = homeWithAged();
  expect((await run('hold', 'add', '--matter', 'case 7', one)).code).toBe(0);
  const place = filesOf(home.path).find((name) => name.includes(`-${one}.jsonl`)) as string;
  const { rmSync } = await import('node:fs');
  rmSync(join(home.path, place));
  const { code, err } = await run('import', copy);
  expect([code, err]).toEqual([4, expect.stringContaining('hold release')]);
  expect((await run('import', '--new-ids', copy)).code).toBe(0);
});

it('a home of which the holds are damaged takes no session', async () => {
  const home = makeHome();
  home.write('.sessions/holds.jsonl', 'x\n{}\n');
  const file = join(makeFolder(), 'x.jsonl');
  writeFileSync(file, jsonl(sessionLines(one, 1)));
  const { code } = await runHere(['import', file], { env: { CODEX_HOME: home.path } });
  expect([code, existsSync(join(home.path, 'sessions'))]).toEqual([4, false]);
});
