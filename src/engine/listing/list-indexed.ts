import { join } from 'node:path';
import { countRows, DamagedRow, type FoundRow, queryAllRows, queryRows, type RowQuery } from '../../index/row-query.ts';
import { Settings } from '../../index/settings.ts';
import { moveAside, unusableReason } from '../../index/state-db.ts';
import type { ThreadRow } from '../../model/thread-row.ts';
import type { Home } from '../../store/home.ts';
import { createLiveProbe } from '../../store/live.ts';
import { completeRow } from '../complete-row.ts';
import { globMatcher } from '../glob.ts';
import type { ListOptions } from '../list-threads.ts';
import type { Selectors } from '../selectors.ts';
import { readNamesOnce } from './cached-names.ts';
import { HomeIndex } from './home-index.ts';

/**
 * The sessions of a home as rows of `ls`, from the index, in order.
 *
 * Before the first row, the index is brought in step with what may have changed: folders with another mtime, files that were
 * written to in the last days, and the files of the rows that are given. A damaged index is moved aside and made anew, and the
 * listing goes on.
 */
export async function* listIndexed(home: Home, selectors: Selectors, options: ListOptions): AsyncGenerator<ThreadRow> {
  let given: ThreadRow | null = null;
  let count = 0;
  for (let attempt = 0; ; attempt++) {
    let index: HomeIndex | null = null;
    try {
      index = new HomeIndex(home, (reason, movedTo) => warnReplaced(options, reason, movedTo));
      await refreshFirst(index, options);
      for await (const row of rowsOf(index, selectors, options)) {
        // After a repair, what was given already is passed over.
        if (attempt > 0 && given && !isAfter(row, given, selectors)) continue;
        yield row;
        given = row;
        if (++count === selectors.limit) break;
      }
      await refreshFully(index, options);
      return;
    } catch (error) {
      const reason = damageOf(error);
      if (!reason || attempt === 2) throw error;
      index?.close();
      index = null;
      warnReplaced(options, reason, moveAside(join(home.path, 'state.db')));
    } finally {
      index?.close();
    }
  }
}

/** How many sessions of a home match, by the index. */
export async function countIndexed(home: Home, selectors: Selectors, options: ListOptions): Promise<number> {
  // Names are not in the rows.
  if (selectors.name !== undefined) {
    let count = 0;
    for await (const _ of listIndexed(home, selectors, options)) count++;
    return count;
  }
  for (let attempt = 0; ; attempt++) {
    let index: HomeIndex | null = null;
    try {
      index = new HomeIndex(home, (reason, movedTo) => warnReplaced(options, reason, movedTo));
      // A time, a size or a branch may have changed in a file that was not looked at lately.
      await index.refresh('all', options);
      reportObstacles(index, options);
      return Math.min(selectors.limit ?? Infinity, countRows(index.database, toQuery(selectors, options.now)));
    } catch (error) {
      const reason = damageOf(error);
      if (!reason || attempt === 2) throw error;
      index?.close();
      index = null;
      warnReplaced(options, reason, moveAside(join(home.path, 'state.db')));
    } finally {
      index?.close();
    }
  }
}

/** Why the index must be made anew; null for an error that this would not mend. */
function damageOf(error: unknown): string | null {
  return error instanceof DamagedRow ? 'it is damaged' : unusableReason(error);
}

function reportObstacles(index: HomeIndex, { report }: ListOptions): void {
  for (const { path, rule, message } of index.files.obstacles()) {
    const weight = rule === 'UNREADABLE' ? 'lost' : 'note';
    report({ rule, weight, file: path, line: null, offset: null, message });
  }
}

async function* rowsOf(index: HomeIndex, selectors: Selectors, options: ListOptions): AsyncGenerator<ThreadRow> {
  const names = await readNamesOnce(index.home, new Settings(index.database), (message) =>
    options.report({ rule: 'CODEX-DB', weight: 'note', file: null, line: null, offset: null, message }),
  );
  reportObstacles(index, options);
  const context = { names, isLive: createLiveProbe(index.home), now: options.now };
  const nameMatches = selectors.name === undefined ? null : globMatcher(selectors.name);
  const query = toQuery(selectors, options.now);
  const isWanted = ({ row }: FoundRow) => {
    const name = names.get(row.thread_id);
    return !nameMatches || (name !== undefined && nameMatches(name));
  };
  // A page is looked at twice when a file of it was written to since.
  const limit = selectors.limit;
  if (limit !== undefined) {
    const page = () => take(queryRows(index.database, query), isWanted, limit);
    let found = page();
    if (
      await index.refreshThreads(
        found.map(({ row }) => row.thread_id),
        options,
      )
    )
      found = page();
    for (const { row, ageMs } of found) yield completeRow(row, ageMs, context);
    return;
  }
  for (const found of queryAllRows(index.database, query))
    if (isWanted(found)) yield completeRow(found.row, found.ageMs, context);
}

/** What may have changed; in a new index that is everything. */
async function refreshFirst(index: HomeIndex, options: ListOptions): Promise<void> {
  const settings = new Settings(index.database);
  const isNew = settings.get(FULL_REFRESH) === undefined;
  await index.refresh(isNew ? 'all' : 'likely', options);
  if (isNew && !options.signal.aborted) settings.set(FULL_REFRESH, options.now);
}

/** Looks at every file, when that was not done for a while; so an old session that was appended to shows next time. */
async function refreshFully(index: HomeIndex, options: ListOptions): Promise<void> {
  const settings = new Settings(index.database);
  const last = settings.get(FULL_REFRESH);
  if (typeof last === 'number' && Math.abs(options.now - last) < FULL_EVERY_MS) return;
  await options.beforeFullRefresh?.();
  await index.refresh('all', options);
  if (!options.signal.aborted) settings.set(FULL_REFRESH, options.now);
}

function take(rows: Iterable<FoundRow>, isWanted: (row: FoundRow) => boolean, limit: number): FoundRow[] {
  const taken: FoundRow[] = [];
  for (const row of rows) {
    if (taken.length === limit) break;
    if (isWanted(row)) taken.push(row);
  }
  return taken;
}

function toQuery(selectors: Selectors, now: number): RowQuery {
  const { cwd, branch, model, source, since, until, olderThan, newerThan } = selectors;
  return {
    archived: selectors.archived ?? 'no',
    cwd,
    branch,
    model,
    source,
    since,
    until,
    agedBy: olderThan === undefined ? undefined : now - olderThan,
    agedAfter: newerThan === undefined ? undefined : now - newerThan,
    now,
    sort: selectors.sort ?? 'updated',
    reverse: selectors.reverse ?? false,
  };
}

function isAfter(row: ThreadRow, given: ThreadRow, { sort = 'updated', reverse = false }: Selectors): boolean {
  const key = (of: ThreadRow): number | string =>
    sort === 'size'
      ? of.size_bytes
      : sort === 'tokens'
        ? (of.tokens_used ?? -1)
        : ((sort === 'created' ? of.created_at : of.updated_at) ?? '');
  const [a, b] = [key(row), key(given)];
  if (a === b) return row.thread_id !== given.thread_id && row.thread_id > given.thread_id === reverse;
  return a > b === reverse;
}

function warnReplaced(options: ListOptions, reason: string, movedTo: string): void {
  const message = `the index was made anew, because ${reason}; the old one is now ${movedTo}`;
  options.report({ rule: 'INDEX', weight: 'note', file: null, line: null, offset: null, message });
}

const FULL_EVERY_MS = 60_000;
/** The setting that says when every file was last looked at, in milliseconds since the epoch. */
export const FULL_REFRESH = 'full refresh';
