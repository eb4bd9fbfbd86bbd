import { parseTime } from '../base/time.ts';
import type { ThreadRow } from '../model/thread-row.ts';
import { globMatcher } from './glob.ts';

/** Which sessions are meant, and in what order; every part that is absent selects all. */
export interface Selectors {
  cwd?: string | undefined;
  /** Milliseconds; tests `age_at`, so that a session whose time lies in the future is never old. */
  olderThan?: number | undefined;
  newerThan?: number | undefined;
  /** Milliseconds since the epoch; tests `updated_at`. */
  since?: number | undefined;
  until?: number | undefined;
  branch?: string | undefined;
  model?: string | undefined;
  source?: string | undefined;
  /** A glob over names; sessions without a name never match. */
  name?: string | undefined;
  archived?: 'no' | 'added' | 'only';
  limit?: number | undefined;
  sort?: 'created' | 'updated' | 'size' | 'tokens';
  reverse?: boolean;
}

/** The rows that are meant, in order, newest or largest first; equal ones by id, so that the order is always the same. */
export function selectRows(rows: readonly ThreadRow[], selectors: Selectors, now: number): ThreadRow[] {
  const matches = matcher(selectors, now);
  const key = sortKeys[selectors.sort ?? 'updated'];
  const direction = selectors.reverse ? -1 : 1;
  const selected = rows
    .filter(matches)
    .sort((a, b) => direction * (compare(key(b), key(a)) || (a.thread_id < b.thread_id ? 1 : -1)));
  return selectors.limit === undefined ? selected : selected.slice(0, selectors.limit);
}

/** Whether a row passes every test but order and limit. */
export function matcher(selectors: Selectors, now: number): (row: ThreadRow) => boolean {
  const nameMatches = selectors.name === undefined ? null : globMatcher(selectors.name);
  const { cwd, olderThan, newerThan, since, until, branch, model, source } = selectors;
  return (row) => {
    if (selectors.archived === 'only' ? !row.archived : row.archived && selectors.archived !== 'added') return false;
    if (cwd !== undefined && row.cwd !== cwd) return false;
    if (branch !== undefined && row.git_branch !== branch) return false;
    if (model !== undefined && row.model !== model) return false;
    if (source !== undefined && row.source !== source && !row.source?.startsWith(`${source}:`)) return false;
    if (nameMatches && (row.name === null || !nameMatches(row.name))) return false;
    const age = row.age_at === null ? null : now - (parseTime(row.age_at) ?? Number.NaN);
    if (olderThan !== undefined && !(age !== null && age >= olderThan)) return false;
    if (newerThan !== undefined && !(age !== null && age < newerThan)) return false;
    const updated = row.updated_at === null ? null : parseTime(row.updated_at);
    if (since !== undefined && !(updated !== null && updated >= since)) return false;
    if (until !== undefined && !(updated !== null && updated < until)) return false;
    return true;
  };
}

const sortKeys: { [key in NonNullable<Selectors['sort']>]: (row: ThreadRow) => number } = {
  created: (row) => timeOf(row.created_at),
  updated: (row) => timeOf(row.updated_at),
  size: (row) => row.size_bytes,
  tokens: (row) => row.tokens_used ?? -1,
};

function timeOf(time: string | null): number {
  return time === null ? Number.NEGATIVE_INFINITY : (parseTime(time) ?? Number.NEGATIVE_INFINITY);
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
