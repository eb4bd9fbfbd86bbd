import { appendFileSync, linkSync, mkdirSync, renameSync, symlinkSync, unlinkSync, utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { PlanSession } from '../../../src/engine/prune/plan.ts';
import { preparePolicy } from '../../../src/engine/prune/prepare.ts';
import { Recheck } from '../../../src/engine/prune/recheck.ts';
import { homeAt } from '../../../src/store/home.ts';
import { idOf, jsonl, makeHome, rolloutName, type TestHome } from '../../builders.ts';
import { addAged } from '../../support/aged-session.ts';

const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
const day = 86_400_000;

/** Plans to remove 1, 2, and 3 with its fork 4; something happens; and then they are asked for again. */
async function recheck(happens: (home: TestHome, recheck: Recheck) => unknown) {
  const home = makeHome();
  mkdirSync(join(home.path, 'thread-writer-locks'));
  home.write('thread_history_1.sqlite', '');
  for (const n of [1, 2, 3]) addAged(home, n, 40);
  fork(home, 4, 3, 35);
  for (const n of [101, 102, 103, 104, 105]) addAged(home, n, 1);
  let offset = 0;
  const clock = { now: () => Date.now() + offset, sleep: async () => {} };
  const { signal } = new AbortController();
  const request = {
    ...{ record: {}, selectors: { olderThan: 30 * day, archived: 'no' as const }, named: null, isEmpty: false },
    ...{ isDamaged: false, keep: {}, maxTotal: null },
  };
  const { survey, plan } = await preparePolicy(homeAt(home.path), request, { clock, signal, allowMass: undefined });
  expect(plan.families.map((family) => family.map(({ thread_id }) => thread_id)).sort()).toEqual(
    [[idOf(1)], [idOf(2)], [idOf(4), idOf(3)]].sort(),
  );
  const asking = new Recheck(survey, plan, { clock, signal });
  const moves = await happens(home, asking);
  if (typeof moves === 'number') offset = moves;
  const kept = await asking.check(plan.families.flat() as PlanSession[]);
  return Object.fromEntries([...kept].map(([id, reasons]) => [numberOf(id), reasons.map(({ code }) => code)]));
}

describe('asking again', () => {
  it.each<[string, (home: TestHome) => unknown, object]>([
    ['lets go what is as it was', () => {}, {}],
    ['lets go when other sessions are written to', (home) => appendFileSync(pathOf(home, 101), '\n'), {}],
    ['keeps what was written to', (home) => appendFileSync(pathOf(home, 1), '\n'), { 1: ['changed'] }],
    ['keeps what is another file', (home) => replace(home, 1), { 1: ['changed'] }],
    ['keeps what is gone', (home) => unlinkSync(pathOf(home, 1)), { 1: ['changed'] }],
    ['keeps what has one more file', (home) => addAged(home, 1, 40, { segment: idOf(900) }), { 1: ['changed'] }],
    ['keeps what has another name', (home) => linkSync(pathOf(home, 1), join(home.path, 'x')), { 1: ['hard-link'] }],
    ['keeps a new fork’s parent', (home) => fork(home, 50, 1, 0), { 1: ['referenced'] }],
    [
      'keeps the session that has spawned a new one',
      (home) => addAged(home, 50, 0, { meta: spawnedBy(1) }),
      { 1: ['referenced'] },
    ],
    [
      'keeps what its fork needs, when that stays',
      (home) => appendFileSync(pathOf(home, 4), '\n'),
      { 3: ['referenced'], 4: ['changed'] },
    ],
    ['lets a fork go without its parent', (home) => appendFileSync(pathOf(home, 3), '\n'), { 3: ['changed'] }],
    ['keeps what is held', (home) => hold(home, 1), { 1: ['held'] }],
    ['keeps what is pinned', (home) => pin(home, 1), { 1: ['pinned'] }],
  ])('%s', async (_, happens, expected) => {
    expect(await recheck(happens)).toEqual(expected);
  });

  it.each<[string, (home: TestHome) => unknown]>([
    ['a link is in the place of a session', (home) => swapForLink(home, 1)],
    ['a new session cannot be read', (home) => home.write(`sessions/2026/01/02/${rolloutName(idOf(9))}`, '{"a":\n')],
    ['the clock was set back', () => -2 * 3_600_000],
    ['what is held cannot be known', (home) => home.write('.sessions/holds.jsonl', 'nonsense\n')],
  ])('stops everything when %s', async (_, happens) => {
    await expect(recheck(happens)).rejects.toMatchObject({ kind: 'refused' });
  });

  it('finds what has happened since it was asked before', async () => {
    const kept = await recheck(async (home, asking) => {
      expect((await asking.check([])).size).toBe(0);
      fork(home, 50, 1, 0);
      expect((await asking.check([])).size).toBe(0);
    });
    expect(kept).toEqual({ 1: ['referenced'] });
  });
});

function numberOf(id: string): number {
  return Number.parseInt(id.slice(-8), 16);
}

function pathOf(home: TestHome, n: number): string {
  return join(home.path, 'sessions/2026/01/02', rolloutName(idOf(n)));
}

function fork(home: TestHome, n: number, parent: number, days: number): void {
  const history_base = { thread_id: idOf(parent), end_ordinal_exclusive: 1, end_byte_offset: 1 };
  addAged(home, n, days, { entries: [], meta: { history_base } });
}

function spawnedBy(n: number) {
  return { source: { subagent: { thread_spawn: { parent_thread_id: idOf(n), depth: 1 } } } };
}

function replace(home: TestHome, n: number): void {
  renameSync(pathOf(home, n), join(home.path, 'aside'));
  addAged(home, n, 40);
}

function swapForLink(home: TestHome, n: number): void {
  renameSync(pathOf(home, n), join(home.path, 'aside'));
  symlinkSync(join(home.path, 'aside'), pathOf(home, n));
}

function hold(home: TestHome, n: number): void {
  const act = { schema: 'sessions.hold/1', hold_id: idOf(7000), who: 'ada@host', at: '2026-01-01T00:00:00.000Z' };
  const selection = { thread_ids: [idOf(n)], query: null };
  home.write(
    '.sessions/holds.jsonl',
    jsonl([{ ...act, action: 'add', matter: 'm', selection, thread_ids: [idOf(n)], ancestor_ids: [] }]),
  );
}

function pin(home: TestHome, n: number): void {
  const path = join(home.path, 'state_5.sqlite');
  const database = new Database(path);
  database.exec('CREATE TABLE threads (id TEXT PRIMARY KEY, is_pinned INTEGER)');
  database.prepare('INSERT INTO threads VALUES (?, 1)').run(idOf(n));
  database.close();
  utimesSync(path, 1, Date.now() / 1000);
}
