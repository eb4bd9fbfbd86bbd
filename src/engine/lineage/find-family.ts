import { toFailure } from '../../base/failure.ts';
import { queryLinkedRows, queryRowsOf } from '../../index/family-query.ts';
import { Settings } from '../../index/settings.ts';
import type { ThreadRow } from '../../model/thread-row.ts';
import type { RolloutEntry } from '../../store/discover.ts';
import type { Home } from '../../store/home.ts';
import { createLiveProbe } from '../../store/live.ts';
import type { Catalog } from '../catalog.ts';
import { completeRow } from '../complete-row.ts';
import { readNewsOnce } from '../listing/codex-news.ts';
import type { HomeIndex } from '../listing/home-index.ts';
import { goWithoutIndex } from '../listing/list-home.ts';
import { reveal } from '../listing/list-indexed.ts';
import { useIndex } from '../listing/use-index.ts';
import { readNames } from '../names.ts';
import { parentOf } from '../parent-thread.ts';
import type { Report } from '../problem.ts';
import { readHead } from '../read-head.ts';
import { reportObstacles } from '../report-obstacles.ts';
import { summarise } from '../summarise.ts';
import { type Family, gatherFamily, type Link } from './family.ts';

/** A family, and the rows of those who are there. */
export interface FoundFamily {
  family: Family;
  rows: ReadonlyMap<string, ThreadRow>;
}

export interface FamilyOptions {
  /** Milliseconds since the epoch. */
  now: number;
  signal: AbortSignal;
  report: Report;
  onProgress?: (done: number, of: number) => void;
}

/**
 * Finds the family of a session by the index; where there can be none, by the head of every file of the home.
 *
 * @param catalog of the home: tells who is there
 */
export async function findFamily(catalog: Catalog, threadId: string, options: FamilyOptions): Promise<FoundFamily> {
  const note = (rule: string, message: string) =>
    options.report({ rule, weight: 'note', file: null, line: null, offset: null, message });
  reportObstacles(catalog.obstacles, options.report);
  try {
    return await useIndex(
      catalog.home,
      (message) => note('INDEX', message),
      (index) => indexedFamily(index, catalog, threadId, options, (message) => note('CODEX-DB', message)),
    );
  } catch (error) {
    goWithoutIndex(error, options);
  }
  return familyFromFiles(catalog, threadId, options, (message) => note('CODEX-DB', message));
}

async function indexedFamily(
  index: HomeIndex,
  catalog: Catalog,
  threadId: string,
  options: FamilyOptions,
  onTrouble: (message: string) => void,
): Promise<FoundFamily> {
  // What a session comes from never changes, and a new one shows by its folder.
  await index.refresh('likely', options);
  let family = gatherIndexed(index, catalog, threadId);
  if (await index.refreshThreads(family.members, options)) family = gatherIndexed(index, catalog, threadId);
  const { names } = await readNewsOnce(index.home, new Settings(index.database), options.now, onTrouble);
  const context = { names, isLive: createLiveProbe(index.home), now: options.now };
  const rows = new Map<string, ThreadRow>();
  for (const { row, ageMs } of [...queryRowsOf(index.database, family.members)])
    rows.set(row.thread_id, completeRow(await reveal(row, index), ageMs, context));
  return { family, rows };
}

function gatherIndexed(index: HomeIndex, catalog: Catalog, threadId: string): Family {
  const links = new Map<string, Link>();
  for (const { thread_id, forked_from_id, parent_thread_id } of queryLinkedRows(index.database))
    links.set(thread_id, { forkedFrom: lower(forked_from_id), parent: lower(parent_thread_id) });
  return gatherFamily(threadId, links, isIn(catalog));
}

async function familyFromFiles(
  catalog: Catalog,
  threadId: string,
  options: FamilyOptions,
  onTrouble: (message: string) => void,
): Promise<FoundFamily> {
  const links = new Map<string, Link>();
  const ids = [...catalog.threadIds];
  for (const [done, id] of ids.entries()) {
    options.signal.throwIfAborted();
    options.onProgress?.(done, ids.length);
    const { path } = catalog.thread(id)[0] as RolloutEntry;
    try {
      const head = await readHead(path);
      links.set(id, { forkedFrom: head.forkedFrom, parent: parentOf(head.meta) });
    } catch (error) {
      const message = `what it comes from cannot be told: ${toFailure(error).message}`;
      options.report({ rule: 'UNREADABLE', weight: 'lost', file: path, line: null, offset: null, message });
    }
  }
  const family = gatherFamily(threadId, links, isIn(catalog));
  const context = {
    names: await readNames(catalog, onTrouble),
    isLive: createLiveProbe(catalog.home as Home),
    now: options.now,
  };
  const rows = new Map<string, ThreadRow>();
  for (const id of family.members) if (isIn(catalog)(id)) rows.set(id, await summarise(catalog, id, context));
  return { family, rows };
}

function isIn(catalog: Catalog): (threadId: string) => boolean {
  return (id) => catalog.thread(id).length > 0;
}

function lower(id: string | null): string | null {
  return id === null || id === '' ? null : id.toLowerCase();
}
