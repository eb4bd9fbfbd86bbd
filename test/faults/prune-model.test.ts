import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/base/failure.ts';
import type { PlanSession, PrunePlan, Reason } from '../../src/engine/prune/plan.ts';
import { isEmptyPolicy, type PruneRequest } from '../../src/engine/prune/policy-of.ts';
import { preparePolicy } from '../../src/engine/prune/prepare.ts';
import { homeAt } from '../../src/store/home.ts';
import { type FileLock, tryLockFile } from '../../src/store/lock-file.ts';
import { TestHome } from '../builders.ts';
import { createRandom } from '../support/random.ts';
import { type MadeHome, makeRandomHome, now } from './prune-homes.ts';
import { judgeHome } from './prune-oracle.ts';
import { isFull } from './recorder-runs.ts';

const homes = isFull ? 2000 : 150;
const seed = Number(process.env.SESSIONS_SEED ?? 1 + (process.pid % 10_000));
const clock = { now: () => now, sleep: async () => {} };
const day = 86_400_000;

describe(`the plan for random homes (seed ${seed})`, () => {
  it(`is what an oracle says, reasons and all, ${homes} times`, { timeout: 3_600_000 }, async () => {
    const tally: { [what: string]: number } = {};
    for (let round = 0; round < homes; round++) {
      const random = createRandom(seed * 100_003 + round);
      const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sessions-test-')));
      const locks: FileLock[] = [];
      try {
        const made = makeRandomHome(new TestHome(folder), random);
        for (const { id, locked } of made.sessions) {
          if (locked) locks.push(tryLockFile(join(folder, 'thread-writer-locks', `${id}.lock`)) as FileLock);
        }
        for (let policy = 0; policy < 3; policy++)
          await compare(folder, made, random, tally, `${seed}/${round}/${policy}`);
      } finally {
        for (const lock of locks) lock.release();
        rmSync(folder, { recursive: true, force: true });
      }
    }
    process.stdout.write(`${homes} homes, seed ${seed}: ${JSON.stringify(tally)}\n`);
    // Otherwise the homes were badly made, and nothing was shown.
    for (const code of everyCode) expect(tally[code] ?? 0, code).toBeGreaterThan(0);
  });
});

async function compare(
  folder: string,
  made: MadeHome,
  random: () => number,
  tally: { [what: string]: number },
  label: string,
): Promise<void> {
  const request = randomRequest(made, random);
  const allowMass = random() < 0.5 ? 1000 : undefined;
  const plan = await planOf(folder, request, allowMass);
  const count = (what: string) => {
    tally[what] = (tally[what] ?? 0) + 1;
  };
  const removed = new Set(plan === 'refused' ? [] : plan.sessions.filter(isRemoved).map(({ thread_id }) => thread_id));
  const expected = judgeHome(made, request, allowMass !== undefined, removed);
  const about = `${label}: ${JSON.stringify({ ...request, named: request.named && [...request.named] })}`;
  if (plan === 'refused' || expected === 'refused') {
    expect(plan === 'refused' ? 'refused' : 'a plan', about).toBe(expected === 'refused' ? 'refused' : 'a plan');
    count('refused');
    return;
  }
  expect(plan.sessions.map(({ thread_id }) => thread_id)).toEqual(made.sessions.map(({ id }) => id).sort());
  const found = Object.fromEntries(
    plan.sessions.map((one) => [one.thread_id, isRemoved(one) ? 'goes' : texts(one.reasons)]),
  );
  const wanted = made.sessions.map(({ id }) => [id, expected.goes.has(id) ? 'goes' : expected.reasons.get(id)]);
  expect(found, about).toEqual(Object.fromEntries(wanted));
  checkFamilies(plan, removed);
  for (const { action, reasons } of plan.sessions) {
    count(action);
    for (const { code } of reasons) count(code);
  }
}

/** Every session that goes is in one family, and none stands before another one that needs it. */
function checkFamilies({ families, sessions }: PrunePlan, removed: Set<string>): void {
  expect(
    families
      .flat()
      .map(({ thread_id }) => thread_id)
      .sort(),
  ).toEqual([...removed].sort());
  expect(sessions.filter(isRemoved).every(({ reasons }) => reasons.length > 0)).toBe(true);
}

async function planOf(
  folder: string,
  request: PruneRequest,
  allowMass: number | undefined,
): Promise<PrunePlan | 'refused'> {
  const { signal } = new AbortController();
  try {
    return (await preparePolicy(homeAt(folder), request, { clock, signal, allowMass })).plan;
  } catch (error) {
    if (error instanceof Failure && error.kind === 'refused') return 'refused';
    throw error;
  }
}

function randomRequest({ sessions }: MadeHome, random: () => number): PruneRequest {
  const chance = (p: number) => random() < p;
  const some = (list: number[]) => list[Math.floor(random() * list.length)] as number;
  const request: PruneRequest = {
    ...{ record: {}, selectors: { archived: 'no' }, named: null, isEmpty: false, isDamaged: false, keep: {} },
    maxTotal: null,
  };
  const { selectors, keep } = request;
  if (chance(0.5)) selectors.archived = chance(0.3) ? 'only' : 'added';
  if (chance(0.5)) selectors.olderThan = some([0, 1, 2, 5, 7, 10, 30]) * day;
  if (chance(0.05)) selectors.newerThan = some([2, 10, 50]) * day;
  if (chance(0.06)) selectors.since = now - some([3, 30]) * day;
  if (chance(0.06)) selectors.until = now - some([1, 7]) * day;
  if (chance(0.1)) selectors.cwd = '/a';
  if (chance(0.05)) selectors.name = 'tmp*';
  if (chance(0.04)) request.isEmpty = true;
  if (chance(0.04)) request.isDamaged = true;
  if (chance(0.15)) request.named = new Set(sessions.filter(() => chance(0.5)).map(({ id }) => id));
  if (chance(0.15)) keep.last = some([1, 2, 4]);
  if (chance(0.1)) keep.within = some([1, 5, 30]) * day;
  if (chance(0.1)) keep.daily = some([1, 2]);
  if (chance(0.1)) keep.weekly = some([1, 2]);
  if (chance(0.1)) keep.monthly = some([1, 2]);
  if (chance(0.2)) request.maxTotal = some([0, 3000, 6000, 12_000, 30_000]);
  if (isEmptyPolicy(request)) selectors.olderThan = 0;
  return request;
}

function isRemoved({ action }: PlanSession): boolean {
  return action === 'remove';
}

function texts(reasons: Reason[]): string[] {
  return reasons
    .map(({ code, how, by }) => [code, how, ...(by ?? [])].filter((part) => part !== undefined).join(' '))
    .sort();
}

const everyCode = [
  ...['refused', 'remove', 'not-selected', 'max-total', 'keep-last', 'keep-within', 'keep-daily', 'keep-weekly'],
  ...['keep-monthly', 'young', 'live', 'maybe-live', 'held', 'referenced', 'pinned', 'unknown-age', 'future-clock'],
  ...['id-mismatch', 'duplicate-id', 'hard-link'],
];
