import { Failure } from '../../base/failure.ts';
import { DamagedRow } from '../../index/damaged-row.ts';
import { TextTable } from '../../index/text-table.ts';
import type { Home } from '../../store/home.ts';
import type { ListOptions } from '../list-threads.ts';
import type { HomeIndex } from '../listing/home-index.ts';
import { listIndexed } from '../listing/list-indexed.ts';
import { openIndex, replaceDamaged } from '../listing/use-index.ts';
import { reportObstacles } from '../report-obstacles.ts';
import { fillTexts } from './fill-texts.ts';
import { FoundTexts, type IndexedRequest } from './found-texts.ts';
import type { SearchHit } from './hit.ts';
import type { Query } from './query.ts';
import { selectsByFiles } from './search-home.ts';
import { wordsOf } from './words.ts';

/**
 * Searches the sessions of a home for words, by an index over their texts that is first brought in step with the files. What
 * the index does not hold is searched in the files. A damaged index is moved aside and made anew.
 *
 * @param given threads whose hits were given; those are passed over, and each thread is added whose hits are given
 * @throws IndexUnusable when there can be no index, such as in a home that cannot be written to
 */
export async function* searchIndexed(
  home: Home,
  query: Query,
  request: HomeRequest,
  given: Set<string>,
): AsyncGenerator<SearchHit[]> {
  for (let attempt = 0; ; attempt++) {
    try {
      yield* searchOnce(home, query, request, given);
      return;
    } catch (error) {
      guard(() => replaceDamaged(home, error, attempt, (message) => warn(request, message)));
    }
  }
}

export interface HomeRequest extends IndexedRequest {
  /** Told how many sessions or files of how many were read for the index. */
  onIndexing?: (done: number, of: number) => void;
}

/** There can be no index here. */
export class IndexUnusable extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

async function* searchOnce(
  home: Home,
  query: Query,
  request: HomeRequest,
  given: Set<string>,
): AsyncGenerator<SearchHit[]> {
  const listed = await listWanted(home, request);
  const index = open(home, request);
  try {
    const table = new TextTable(index.database, wordsOf);
    await index.refresh('all', refreshOptions(request));
    const wanted = listed && new Set(listed);
    const { signal, onIndexing } = request;
    await fillTexts(index, table, wanted, { signal, ...(onIndexing && { onProgress: onIndexing }) });
    if (!listed) reportObstacles(index.files.obstacles(), request.report);
    const found = new FoundTexts(index, table, query, request);
    for await (const { threadId, hits } of found.sessions(listed, given)) {
      given.add(threadId);
      yield hits;
    }
  } finally {
    index.close();
  }
}

/** The sessions that are selected, in order; null when files alone decide and no order is asked for. */
async function listWanted(home: Home, request: HomeRequest): Promise<string[] | null> {
  if (selectsByFiles(request.selectors) && !request.isSorted) return null;
  const options: ListOptions = { ...refreshOptions(request), report: request.report };
  const ids: string[] = [];
  for await (const row of listIndexed(home, { ...request.selectors, limit: undefined }, options))
    ids.push(row.thread_id);
  return ids;
}

function open(home: Home, request: HomeRequest): HomeIndex {
  return openIndex(home, (message) => warn(request, message));
}

function refreshOptions({ clock, signal, onIndexing }: HomeRequest) {
  return { now: clock.now(), signal, ...(onIndexing && { onProgress: onIndexing }) };
}

function warn({ report }: HomeRequest, message: string): void {
  report({ rule: 'INDEX', weight: 'note', file: null, line: null, offset: null, message });
}

/** What the system or SQLite refuse here, they refuse for the index. */
function guard<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw isOfIndex(error) ? new IndexUnusable(error as Error) : error;
  }
}

function isOfIndex(error: unknown): boolean {
  const isTrouble = error instanceof Failure && error.kind === 'trouble' && error.place.file?.endsWith('state.db');
  return isTrouble || error instanceof DamagedRow || String((error as { code?: unknown }).code).startsWith('SQLITE_');
}
