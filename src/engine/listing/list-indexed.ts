import { parseTime } from '../../base/time.ts';
import { countRows, type FoundRow, queryAllRows, queryRows, type RowQuery } from '../../index/row-query.ts';
import { Settings } from '../../index/settings.ts';
import type { StoredRow } from '../../index/thread-table.ts';
import type { ThreadRow } from '../../model/thread-row.ts';
import type { Home } from '../../store/home.ts';
import { createLiveProbe } from '../../store/live.ts';
import { completeRow } from '../complete-row.ts';
import { globMatcher } from '../glob.ts';
import type { ListOptions } from '../list-threads.ts';
import { readNames } from '../names.ts';
import { reportObstacles } from '../report-obstacles.ts';
import type { Selectors } from '../selectors.ts';
import { readNewsOnce } from './codex-news.ts';
import type { HomeIndex, RefreshOptions } from './home-index.ts';
import { IndexedRollouts } from './rollouts.ts';
import { openIndex, replaceDamaged, useIndex } from './use-index.ts';

/**
 * The sessions of a home as rows of `ls`, from the index, in order.
 *
 * Before the first row, a listing of everything brings the index in step with every file. One with a limit, or for people, looks
 * only at what may have changed: folders with another mtime, files that were written to in the last days or by Codex, and the
 * files of the rows that are given; at everything else it looks afterwards. A damaged index is moved aside and made anew, and
 * the listing goes on.
 */
export async function* listIndexed(home: Home, selectors: Selectors, asked: ListOptions): AsyncGenerator<ThreadRow> {
  const options = asked.onMade ? { ...asked, onStored: tellOfMade(home, asked.onMade, asked.now) } : asked;
  const onReplaced = (message: string) => note('INDEX', message, options);
  let given: ThreadRow | null = null;
  let count = 0;
  for (let attempt = 0; ; attempt++) {
    let index: HomeIndex | null = null;
    try {
      index = openIndex(home, onReplaced);
      await refreshFirst(index, isExact(selectors, options), options);
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
      index?.close();
      index = null;
      replaceDamaged(home, error, attempt, onReplaced);
    } finally {
      index?.close();
    }
  }
}

function tellOfMade(
  home: Home,
  onMade: (rows: ThreadRow[]) => void,
  now: number,
): NonNullable<RefreshOptions['onStored']> {
  const isLive = createLiveProbe(home);
  let names: ReturnType<typeof readNames> | null = null;
  return async (facts) => {
    names ??= readNames({ home });
    const context = { names: await names, isLive, now };
    onMade(facts.map(({ row, ageMs }) => completeRow(row, ageMs, context)));
  };
}

/** How many sessions of a home match, by the index. */
export async function countIndexed(home: Home, selectors: Selectors, options: ListOptions): Promise<number> {
  // Names are not in the rows.
  if (selectors.name !== undefined) {
    let count = 0;
    for await (const _ of listIndexed(home, selectors, options)) count++;
    return count;
  }
  return useIndex(
    home,
    (message) => note('INDEX', message, options),
    async (index) => {
      // A time, a size or a branch may have changed in a file that was not looked at lately.
      await index.refresh('all', options);
      reportObstacles(index.files.obstacles(), options.report);
      return Math.min(selectors.limit ?? Infinity, countRows(index.database, toQuery(selectors, options.now)));
    },
  );
}

function note(rule: string, message: string, { report }: ListOptions): void {
  report({ rule, weight: 'note', file: null, line: null, offset: null, message });
}

async function* rowsOf(index: HomeIndex, selectors: Selectors, options: ListOptions): AsyncGenerator<ThreadRow> {
  const settings = new Settings(index.database);
  const { names, written } = await readNewsOnce(index.home, settings, options.now, (message) =>
    note('CODEX-DB', message, options),
  );
  // An old session that Codex has gone on with shows neither by a folder nor as written to lately.
  await index.refreshThreads(written, options);
  reportObstacles(index.files.obstacles(), options.report);
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
    for (const { row, ageMs } of found) yield completeRow(await reveal(row, index), ageMs, context);
    return;
  }
  const rows = isExact(selectors, options) ? queryAllRows(index.database, query) : queryRows(index.database, query);
  for (const found of rows) {
    if (isWanted(found)) yield completeRow(await reveal(found.row, index), found.ageMs, context);
  }
}

/** What was kept out of the index comes from the files each time. */
export async function reveal(row: StoredRow, index: HomeIndex): Promise<StoredRow> {
  if (!row.withheld) return row;
  const { readThreadFacts } = await import('../summarise.ts');
  const { row: fresh } = await readThreadFacts(new IndexedRollouts(index.home, index.files), row.thread_id);
  return { ...row, first_message: fresh.first_message };
}

/** A listing of everything for a program takes its time anyway, and is right. */
function isExact(selectors: Selectors, options: ListOptions): boolean {
  return selectors.limit === undefined && !options.isForPeople;
}

/** What may have changed; in a new index that is everything. */
async function refreshFirst(index: HomeIndex, isWhole: boolean, options: ListOptions): Promise<void> {
  const settings = new Settings(index.database);
  const scope = isWhole || settings.get(FULL_REFRESH) === undefined ? 'all' : 'likely';
  await index.refresh(scope, options);
  if (scope === 'all' && !options.signal.aborted) settings.set(FULL_REFRESH, options.now);
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

/** Whether a row comes behind another one, as the index sorts them. */
function isAfter(row: ThreadRow, given: ThreadRow, { sort = 'updated', reverse = false }: Selectors): boolean {
  const [a, b] = [sortKey(row, sort), sortKey(given, sort)];
  if (a === b) return row.thread_id !== given.thread_id && row.thread_id > given.thread_id === reverse;
  return a > b === reverse;
}

function sortKey(row: ThreadRow, sort: NonNullable<Selectors['sort']>): number {
  if (sort === 'size') return row.size_bytes;
  if (sort === 'tokens') return row.tokens_used ?? -1;
  const time = sort === 'created' ? row.created_at : row.updated_at;
  return (time === null ? null : parseTime(time)) ?? Number.NEGATIVE_INFINITY;
}

const FULL_EVERY_MS = 60_000;
/** The setting that says when every file was last looked at, in milliseconds since the epoch. */
export const FULL_REFRESH = 'full refresh';
