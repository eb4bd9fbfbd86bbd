import { homeOf } from '../listing/list-home.ts';
import type { SessionResolver } from '../resolve-session.ts';
import type { SearchHit } from './hit.ts';
import { MemoryModesUnknown } from './memory-off.ts';
import type { Query } from './query.ts';
import { type SearchRequest, searchHome } from './search-home.ts';
import { type HomeRequest, IndexUnusable, searchIndexed } from './search-indexed.ts';

/**
 * Searches for words: by the index, or in the files where there can be none, where named sessions are asked for, and for what
 * it does not hold. Both find the same.
 *
 * @throws Failure `usage` when there is no home
 */
export async function* searchWords(
  sessions: SessionResolver,
  query: Query,
  request: WordRequest,
): AsyncGenerator<SearchHit[]> {
  const { useIndex, env, cwd, targets, all, report } = request;
  const given = new Set<string>();
  if (useIndex && targets === null && !all) {
    try {
      yield* searchIndexed(homeOf(env, cwd), query, request, given);
      return;
    } catch (error) {
      if (!(error instanceof IndexUnusable) && !(error instanceof MemoryModesUnknown)) throw error;
      const message = `${error.message}; the files are searched instead`;
      report({ rule: 'INDEX', weight: 'note', file: null, line: null, offset: null, message });
    }
  }
  for await (const hits of searchHome(sessions, { ...request, pattern: { kind: 'words', query } })) {
    if (!given.has(hits[0]?.thread_id ?? '')) yield hits;
  }
}

export interface WordRequest extends HomeRequest, Omit<SearchRequest, 'pattern'> {
  useIndex: boolean;
  /** They name the home. */
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
}
