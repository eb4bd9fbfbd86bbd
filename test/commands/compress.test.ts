import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { idOf, makeHome } from '../builders.ts';
import { addAged } from '../support/aged-session.ts';
import { runHere } from '../support/run-here.ts';

it('compress takes -n for --dry-run, as prune, repair and import do', async () => {
  const home = makeHome();
  addAged(home, 1, 40);
  const { code, out } = await runHere(['compress', '-n', idOf(1)], { env: { CODEX_HOME: home.path } });
  expect([code, JSON.parse(out.toString())]).toMatchObject([0, { thread_id: idOf(1), result: 'planned' }]);
});

it('compress is taken back for every file of a session, also by the journal alone', async () => {
  const home = makeHome();
  const env = { CODEX_HOME: home.path };
  const paths = [addAged(home, 1, 40), addAged(home, 1, 40, { segment: idOf(2), time: '2026-01-02T04-04-05' })];
  const before = paths.map((path) => readFileSync(path, 'utf8'));
  expect((await runHere(['compress', idOf(1)], { env })).code).toBe(0);
  const [tx] = readdirSync(join(home.path, '.sessions/trash'));
  rmSync(join(home.path, '.sessions/trash', tx as string, 'manifest.json'));
  const { code, out } = await runHere(['restore', '--json', tx as string], { env });
  expect([code, JSON.parse(out.toString().split('\n')[0] as string).result]).toEqual([0, 'restored']);
  expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(before);
});
