import { statSync } from 'node:fs';
import type { Catalog } from '../catalog.ts';
import { listThreads } from '../list-threads.ts';
import { reportObstacles } from '../report-obstacles.ts';
import type { SessionResolver, Target } from '../resolve-session.ts';
import type { Selectors } from '../selectors.ts';
import type { SearchHit } from './hit.ts';
import { type SearchedFile, type SearchOptions, searchEach } from './search-each.ts';
import { SessionTest } from './session-test.ts';

/**
 * Searches the files of sessions, several at once, and gives what was found session by session, in the order of the sessions.
 *
 * @throws Failure `usage` for a bad pattern, `trouble` (`REGEX-TIMEOUT`) for one that takes too long
 */
export async function* searchHome(sessions: SessionResolver, request: SearchRequest): AsyncGenerator<SearchHit[]> {
  const files = await selectFiles(sessions, request);
  const test = new SessionTest(request.pattern);
  for await (const found of searchEach(files, () => sessions.catalog(), request)) {
    for (const hits of test.add(found)) yield hits;
  }
  for (const hits of test.finish()) yield hits;
}

export interface SearchRequest extends SearchOptions {
  /** What was named; null for all sessions of the home. */
  targets: Target[] | null;
  selectors: Selectors;
  /** Sessions exactly in the order of the selectors. */
  isSorted: boolean;
}

async function selectFiles(sessions: SessionResolver, request: SearchRequest): Promise<SearchedFile[]> {
  const files: SearchedFile[] = [];
  for (const target of request.targets ?? []) {
    if (target.kind === 'file') files.push({ path: target.path, threadId: null, isLater: false });
    else files.push(...filesOf(await sessions.catalog(), target.threadId));
  }
  if (request.targets) return files;
  const catalog = await sessions.catalog();
  for (const id of await selectThreads(catalog, request)) files.push(...filesOf(catalog, id));
  return files;
}

function filesOf(catalog: Catalog, threadId: string): SearchedFile[] {
  return catalog.thread(threadId).map(({ path }, index) => ({ path, threadId, isLater: index > 0 }));
}

/** The sessions in their order; where only the archive matters, by the times of their files. */
async function selectThreads(catalog: Catalog, request: SearchRequest): Promise<string[]> {
  if (!selectsByFiles(request.selectors) || request.isSorted) {
    const { report, signal, clock, onProgress } = request;
    const options = { now: clock.now(), signal, report, ...(onProgress && { onProgress }) };
    const rows = await listThreads(catalog, { ...request.selectors, limit: undefined }, options);
    return rows.map(({ thread_id }) => thread_id);
  }
  const { archived, reverse } = request.selectors;
  reportObstacles(catalog.obstacles, request.report);
  const threads: { id: string; time: number }[] = [];
  for (const id of catalog.threadIds) {
    const current = catalog.thread(id).at(-1);
    if (!current || !isOfArchive(archived, current)) continue;
    threads.push({ id, time: statSync(current.path, { throwIfNoEntry: false })?.mtimeMs ?? 0 });
  }
  const direction = reverse ? -1 : 1;
  threads.sort((a, b) => direction * (b.time - a.time || (a.id < b.id ? 1 : -1)));
  return threads.map(({ id }) => id);
}

/** Whether the names and times of files are all that a selection asks for. */
export function selectsByFiles(selectors: Selectors): boolean {
  const { archived: _a, sort, reverse: _r, limit: _l, ...tests } = selectors;
  return (sort ?? 'updated') === 'updated' && Object.values(tests).every((value) => value === undefined);
}

export function isOfArchive(wanted: Selectors['archived'], current: { archived: boolean }): boolean {
  return wanted === 'only' ? current.archived : !current.archived || wanted === 'added';
}
