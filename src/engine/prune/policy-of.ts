import { globMatcher } from '../glob.ts';
import type { Selectors } from '../selectors.ts';
import type { PolicyRecord, ReasonCode } from './plan.ts';
import type { KeepRules, Policy, PolicyTest } from './policy.ts';
import type { Survey, ThreadFacts } from './survey.ts';
import { ageOf } from './vetoes.ts';

/** What a user asks `prune` for. */
export interface PruneRequest {
  /** The same as it was given. */
  record: PolicyRecord;
  selectors: Selectors;
  /** Ids of the sessions that were named; null when none were asked for, so that all are meant. */
  named: ReadonlySet<string> | null;
  isEmpty: boolean;
  isDamaged: boolean;
  keep: KeepRules;
  /** Bytes. */
  maxTotal: number | null;
}

/** Whether anything is asked for at all: where to look is no policy. */
export function isEmptyPolicy({ selectors, named, isEmpty, isDamaged, keep, maxTotal }: PruneRequest): boolean {
  const { cwd, olderThan, newerThan, since, until, branch, model, source, name, archived } = selectors;
  const tests = [cwd, olderThan, newerThan, since, until, branch, model, source, name];
  return (
    named === null &&
    !isEmpty &&
    !isDamaged &&
    maxTotal === null &&
    archived !== 'only' &&
    Object.keys(keep).length === 0 &&
    tests.every((value) => value === undefined)
  );
}

/** Whether sessions have to be read whole to judge them. */
export function needsRows({ selectors, isEmpty, isDamaged }: PruneRequest): boolean {
  const { cwd, branch, model, source } = selectors;
  return isEmpty || isDamaged || [cwd, branch, model, source].some((value) => value !== undefined);
}

/** The policy of a request, for the sessions of a survey. */
export function policyOf(request: PruneRequest, survey: Survey, now: number): Policy {
  const { selectors, named, record } = request;
  const tests: PolicyTest[] = [];
  const add = (code: ReasonCode, asks: PolicyTest['asks'], passes: (thread: ThreadFacts) => boolean) => {
    const value = record[code.replace('-', '_')];
    const detail = typeof value === 'string' ? { detail: value } : {};
    tests.push({ code, ...detail, asks, passes: (id) => passes(survey.threads.get(id) as ThreadFacts) });
  };
  const ageTest = (passes: (age: number) => boolean) => (thread: ThreadFacts) => {
    const age = ageOf(thread, now);
    return typeof age === 'number' && passes(age);
  };
  const { olderThan, newerThan, since, until, cwd, branch, model, source, name } = selectors;
  if (named) add('named', 'either', ({ threadId }) => named.has(threadId));
  if (olderThan !== undefined)
    add(
      'older-than',
      'itself',
      ageTest((age) => age >= olderThan),
    );
  if (newerThan !== undefined)
    add(
      'newer-than',
      'itself',
      ageTest((age) => age < newerThan),
    );
  if (since !== undefined) add('since', 'itself', ({ updatedMs }) => updatedMs >= since);
  if (until !== undefined) add('until', 'itself', ({ updatedMs }) => updatedMs < until);
  if (cwd !== undefined) add('cwd', 'root', ({ row }) => row?.cwd === cwd);
  if (branch !== undefined) add('branch', 'root', ({ row }) => row?.git_branch === branch);
  if (model !== undefined) add('model', 'root', ({ row }) => row?.model === model);
  if (source !== undefined) {
    add('source', 'root', ({ row }) => row?.source === source || row?.source?.startsWith(`${source}:`) === true);
  }
  if (name !== undefined) {
    const matches = globMatcher(name);
    add('name', 'root', (thread) => thread.name !== null && matches(thread.name));
  }
  if (request.isEmpty) add('empty', 'itself', isWithoutTurns);
  if (request.isDamaged) add('damaged', 'itself', ({ row }) => (row?.damage.length ?? 0) > 0);
  // Who names a session means it wherever it lies.
  const archived = selectors.archived === 'no' && named ? 'added' : selectors.archived;
  if (archived === 'only') add('archived', 'itself', (thread) => thread.archived);
  else if (archived !== 'added') tests.push({ code: 'archived', asks: 'itself', isSilent: true, passes: isActive });
  return { tests, keep: request.keep, maxTotal: request.maxTotal };

  function isActive(id: string): boolean {
    return survey.threads.get(id)?.archived === false;
  }
}

/** Where something could not be read, there may be turns. */
function isWithoutTurns({ row }: ThreadFacts): boolean {
  return row !== null && row.turns === 0 && row.damage.every((rule) => rule === 'EMPTY');
}

/** The policy as one would type it, for the journal. */
export function describePolicy(record: PolicyRecord): string {
  const options = Object.entries(record).flatMap(([key, value]) => {
    if (key === 'sessions') return [];
    return [`--${key.replaceAll('_', '-')}${value === true ? '' : `=${String(value)}`}`];
  });
  const named = (record.sessions ?? []) as string[];
  return [...options, ...(named.length > MOST_NAMED ? [`(${named.length} sessions)`] : named)].join(' ');
}

const MOST_NAMED = 4;
