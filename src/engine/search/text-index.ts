import type { SessionResolver } from '../resolve-session.ts';
import type { SearchHit } from './hit.ts';
import type { Query } from './query.ts';
import { type SearchRequest, searchHome } from './search-home.ts';

/**
 * What answers a word search. The files themselves can, and so can an index over them: both find the same messages, but an
 * index knows none of sessions whose memory mode is `disabled`.
 */
export interface TextIndex {
  /** The hits, session by session. */
  search(query: Query, request: Omit<SearchRequest, 'pattern'>): AsyncIterable<SearchHit[]>;
}

/** Word search without an index: the files are read anew each time. */
export function indexOfFiles(sessions: SessionResolver): TextIndex {
  return { search: (query, request) => searchHome(sessions, { ...request, pattern: { kind: 'words', query } }) };
}
