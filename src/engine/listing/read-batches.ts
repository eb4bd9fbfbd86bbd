import { dirname } from 'node:path';
import { count } from '../../base/amounts.ts';
import { Failure } from '../../base/failure.ts';
import type { Clock } from '../../base/io.ts';
import { Settings } from '../../index/settings.ts';
import type { SessionRow } from '../../model/live-session.ts';
import { discoverRollouts, type RolloutEntry } from '../../store/discover.ts';
import type { Home } from '../../store/home.ts';
import { createLiveProbe } from '../../store/live.ts';
import { Catalog, loadCatalog } from '../catalog.ts';
import type { RowContext } from '../complete-row.ts';
import { readNames } from '../names.ts';
import type { Report } from '../problem.ts';
import { summarise } from '../summarise.ts';
import { goWithoutIndex } from './list-home.ts';
import { countIndexed, FULL_REFRESH, listIndexed } from './list-indexed.ts';
import { toSessionRow } from './session-row.ts';
import { openIndex } from './use-index.ts';

/**
 * Reads all sessions of a home in small batches, as `listBatches` gives them.
 *
 * @throws Failure `partial` when all was read that can be, and something cannot
 */
export async function readBatches(home: Home, options: ReadOptions, put: PutRows): Promise<void> {
  const unreadable = new Set<string>();
  const report: Report = ({ rule, file }) => {
    if (rule === 'UNREADABLE' && file !== null) unreadable.add(file);
  };
  // Until an index is made, those begun last are most likely among the ones wanted.
  if (!isIndexed(home)) await readNewest(home, options, put);
  try {
    const given = await readIndexed(home, { ...options, report }, put);
    // A listing that begins at once does not see that rows are missing from a damaged index; this makes it anew then.
    const counting = { now: options.clock.now(), signal: options.signal, report, mostWorkers: 1 };
    const total = options.signal.aborted ? given : await countIndexed(home, { archived: 'added' }, counting);
    if (total !== given) await readIndexed(home, { ...options, report }, put);
  } catch (error) {
    goWithoutIndex(error, { report });
    const catalog = await loadCatalog(home);
    for (const { rule, path } of catalog.obstacles) if (rule === 'UNREADABLE') unreadable.add(path);
    await readFiles(catalog, [...catalog.threadIds].sort().reverse(), options, put);
  }
  if (unreadable.size === 0 || options.signal.aborted) return;
  throw new Failure('partial', `${count(unreadable.size, 'folder')} cannot be read, such as ${[...unreadable][0]}`);
}

export type PutRows = (rows: SessionRow[]) => void;

export interface ReadOptions {
  clock: Clock;
  signal: AbortSignal;
}

/** Whether an index knows every file of the home, or did a while ago. */
function isIndexed(home: Home): boolean {
  try {
    const index = openIndex(home, () => {});
    try {
      return new Settings(index.database).get(FULL_REFRESH) !== undefined;
    } finally {
      index.close();
    }
  } catch {
    // Whoever uses it says why it cannot be used.
    return false;
  }
}

/** @returns how many sessions there are */
async function readIndexed(home: Home, { clock, signal, report }: ReadOptions & { report: Report }, put: PutRows) {
  const made = new Set<string>();
  let batch: SessionRow[] = [];
  let size = FIRST_ROWS;
  const flush = async () => {
    put(batch);
    batch = [];
    size = MORE_ROWS;
    // Whoever draws the rows in this thread, or stops the reading, gets a turn.
    await clock.sleep(0, signal);
  };
  const rows = listIndexed(
    home,
    { archived: 'added', sort: 'updated' },
    {
      ...{ now: clock.now(), signal, report, isForPeople: true },
      // Each takes memory, and whoever waits for the rows draws them, too.
      mostWorkers: 1,
      onMade(some) {
        for (const { thread_id } of some) made.add(thread_id);
        put(some.map(toSessionRow));
      },
      beforeFullRefresh: flush,
    },
  );
  const given = new Set<string>();
  for await (const row of rows) {
    if (signal.aborted) break;
    given.add(row.thread_id);
    if (!made.has(row.thread_id) && batch.push(toSessionRow(row)) >= size) await flush();
  }
  put(batch);
  return given.size;
}

/** A page of the sessions that were begun last, by the dates of their folders. */
async function readNewest(home: Home, options: ReadOptions, put: PutRows): Promise<void> {
  const newest: RolloutEntry[] = [];
  for (const found of discoverRollouts(home)) {
    if (found.kind === 'obstacle') continue;
    const isOfNext = dirname(found.path) !== dirname(newest.at(-1)?.path ?? found.path);
    // A folder is in no order.
    if ((isOfNext && newest.length >= FIRST_ROWS) || newest.length >= MOST_LOOKED_AT) break;
    newest.push(found);
  }
  newest.sort((a, b) => (a.name < b.name ? 1 : -1));
  const catalog = new Catalog(home);
  for (const entry of newest.slice(0, FIRST_ROWS)) catalog.add(entry);
  await readFiles(catalog, [...catalog.threadIds], options, put);
}

async function readFiles(catalog: Catalog, threadIds: readonly string[], { clock, signal }: ReadOptions, put: PutRows) {
  const names = await readNames(catalog);
  const context: RowContext = { names, isLive: createLiveProbe(catalog.home), now: clock.now() };
  let batch: SessionRow[] = [];
  let since = clock.now();
  for (const threadId of threadIds) {
    if (signal.aborted) return;
    batch.push(toSessionRow(await summarise(catalog, threadId, context)));
    if (clock.now() - since < SHOW_MS) continue;
    put(batch);
    batch = [];
    await clock.sleep(0, signal);
    since = clock.now();
  }
  put(batch);
}

/** What a screen shows, more or less. */
const FIRST_ROWS = 25;
const MORE_ROWS = 250;
/** Of file names in the newest folder, for a first page. */
const MOST_LOOKED_AT = 5000;
const SHOW_MS = 50;
