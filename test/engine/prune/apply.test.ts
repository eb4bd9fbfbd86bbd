import { appendFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyPlan } from '../../../src/engine/prune/apply.ts';
import { preparePolicy } from '../../../src/engine/prune/prepare.ts';
import type { PruneResult } from '../../../src/engine/prune/prune-result.ts';
import { Recheck } from '../../../src/engine/prune/recheck.ts';
import { openStore } from '../../../src/engine/trash/open-store.ts';
import { homeAt } from '../../../src/store/home.ts';
import { verifyJournal } from '../../../src/store/journal-read.ts';
import { idOf, makeHome, rolloutName, type TestHome } from '../../builders.ts';
import { addAged } from '../../support/aged-session.ts';
import { holdLock, killHolder } from '../../support/lock-holder.ts';

const day = 86_400_000;

interface Happening {
  /** After the plan was made. */
  planned?(home: TestHome): unknown;
  /** After everything was asked again, right before files are moved. */
  asked?(home: TestHome): void;
}

/** Prunes 1, and 4 that is a fork of 3 by reference, and 6 with its sub-agent 7, which 8 is a fork of. */
async function apply({ planned, asked }: Happening) {
  const home = makeHome();
  mkdirSync(join(home.path, 'thread-writer-locks'));
  home.write('thread_history_1.sqlite', '');
  for (const n of [1, 3, 6]) addAged(home, n, 40);
  fork(home, 4, 3);
  addAged(home, 7, 40, { meta: { source: { subagent: { thread_spawn: { parent_thread_id: idOf(6) } } } } });
  fork(home, 8, 7);
  for (let n = 101; n < 110; n++) addAged(home, n, 1);
  const clock = { now: () => Date.now(), sleep: async () => {} };
  const { signal } = new AbortController();
  const selectors = { olderThan: 30 * day, archived: 'no' as const };
  const request = { record: {}, selectors, named: null, isEmpty: false, isDamaged: false, keep: {}, maxTotal: null };
  const here = homeAt(home.path);
  const { survey, plan } = await preparePolicy(here, request, { clock, signal, allowMass: undefined });
  expect(plan.head.removes).toBe(6);
  await planned?.(home);
  const recheck = new Recheck(survey, plan, { clock, signal });
  let times = 0;
  const check: Recheck['check'] = async (...args) => {
    const kept = await recheck.check(...args);
    if (times++ === 0) asked?.(home);
    return kept;
  };
  const results: PruneResult[] = [];
  const store = await openStore(here, { clock });
  try {
    await applyPlan(here, plan, {
      ...{ journal: store.journal, rule: 'r', recheck: { check }, context: { clock } },
      onResult: (result) => void results.push(result),
    });
  } finally {
    store.close();
  }
  expect(verifyJournal(here)).toMatchObject({ ok: true });
  for (const { thread_id, result } of results) {
    expect([thread_id, existsSync(pathOf(home, numberOf(thread_id)))]).toEqual([thread_id, result === 'kept']);
  }
  const kept = results.filter(({ result }) => result === 'kept');
  expect(results).toHaveLength(6);
  return Object.fromEntries(kept.map(({ thread_id, reasons }) => [numberOf(thread_id), reasons.map(titleOf)]));
}

const all = {
  'nothing happens': { write: [], kept: {} },
  'a fork is written to': { write: [4], kept: { 3: ['referenced history 4'], 4: ['changed'] } },
  'what a fork needs is written to': { write: [3], kept: { 3: ['changed'] } },
  'a fork of a sub-agent is written to': {
    write: [8],
    kept: { 6: ['referenced spawned 7'], 7: ['referenced history 8', 'referenced parent 6'], 8: ['changed'] },
  },
  'a parent is written to': { write: [6], kept: { 6: ['changed'], 7: ['referenced parent 6'] } },
};

describe('moving families of which something must stay', () => {
  for (const [what, { write, kept }] of Object.entries(all)) {
    const writes = (home: TestHome) => {
      for (const n of write) appendFileSync(pathOf(home, n), '{}\n');
    };
    it(`keeps what it needs, and nothing else, when ${what} after the plan was made`, async () => {
      expect(await apply({ planned: writes })).toEqual(kept);
    });
    it(`does so when ${what} in the very moment`, async () => {
      expect(await apply({ asked: writes })).toEqual(kept);
    });
  }

  it('keeps what a session needs that somebody opens', async () => {
    const holders: Awaited<ReturnType<typeof holdLock>>[] = [];
    const kept = await apply({
      planned: async ({ path }) => holders.push(await holdLock(join(path, 'thread-writer-locks', `${idOf(8)}.lock`))),
    });
    for (const holder of holders) await killHolder(holder);
    expect(kept).toEqual({
      ...{ 6: ['referenced spawned 7'], 7: ['referenced history 8', 'referenced parent 6'] },
      8: ['live'],
    });
  });
});

function titleOf({ code, how, by = [] }: PruneResult['reasons'][number]): string {
  return [code, how, ...by.map(numberOf)].filter((part) => part !== undefined).join(' ');
}

function numberOf(id: string): number {
  return Number.parseInt(id.slice(-8), 16);
}

function fork(home: TestHome, n: number, parent: number): void {
  const history_base = { thread_id: idOf(parent), end_ordinal_exclusive: 1, end_byte_offset: 1 };
  addAged(home, n, 40, { entries: [], meta: { history_base } });
}

function pathOf(home: TestHome, n: number): string {
  return join(home.path, 'sessions/2026/01/02', rolloutName(idOf(n)));
}
