import { expect } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import type { Problem } from '../../../src/engine/problem.ts';
import { openSessions } from '../../../src/engine/resolve-session.ts';
import type { SearchHit } from '../../../src/engine/search/hit.ts';
import { parseQuery } from '../../../src/engine/search/query.ts';
import { searchWords } from '../../../src/engine/search/text-index.ts';
import type { Selectors } from '../../../src/engine/selectors.ts';
import type { TestHome } from '../../builders.ts';
import { Database, stateDb } from '../../support/list-sessions.ts';

export interface Finds {
  hits: SearchHit[];
  problems: Problem[];
}

export interface FindOptions {
  selectors?: Selectors;
  useIndex?: boolean;
  isSorted?: boolean;
  /** Told of each problem. */
  onReport?: () => void;
  /** Told of the hits of each session, before those of the next one are asked for. */
  onFound?: () => void;
}

/** A search for words, by the index unless told otherwise. */
export async function findWords({ path }: { path: string }, query: string, options: FindOptions = {}): Promise<Finds> {
  const hits: SearchHit[] = [];
  const problems: Problem[] = [];
  const found = searchWords(openSessions({ CODEX_HOME: path }, '/'), parseQuery(query), {
    env: { CODEX_HOME: path },
    cwd: '/',
    all: false,
    targets: null,
    selectors: { archived: 'added', ...options.selectors },
    useIndex: options.useIndex ?? true,
    isSorted: options.isSorted ?? false,
    clock: systemClock,
    signal: new AbortController().signal,
    report: (problem) => {
      problems.push(problem);
      options.onReport?.();
    },
  });
  for await (const some of found) {
    hits.push(...some);
    options.onFound?.();
  }
  return { hits, problems };
}

/** Searches by the index, and expects the hits and problems that a search of the files has. Returns them. */
export async function expectSame(home: { path: string }, query: string, options: FindOptions = {}): Promise<Finds> {
  const byIndex = await findWords(home, query, options);
  const byFiles = await findWords(home, query, { ...options, useIndex: false });
  expect([query, ...bySession(byIndex.hits)]).toEqual([query, ...bySession(byFiles.hits)]);
  const isOfFiles = ({ rule }: Problem) => rule !== 'INDEX';
  expect(sorted(byIndex.problems.filter(isOfFiles))).toEqual(sorted(byFiles.problems));
  return byIndex;
}

/** Sessions in the order of their ids; the hits of one stay as they came. */
function bySession(hits: SearchHit[]): SearchHit[][] {
  const sessions = new Map<string, SearchHit[]>();
  for (const hit of hits) {
    const some = sessions.get(hit.thread_id ?? '') ?? [];
    some.push(hit);
    sessions.set(hit.thread_id ?? '', some);
  }
  return [...sessions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, some]) => some);
}

function sorted(problems: Problem[]): string[] {
  return problems.map((problem) => JSON.stringify(problem)).sort();
}

export interface IndexedFile {
  path: string;
  status: string;
  state: { offset: number; lines: number; texts: number } | null;
  texts: string[];
}

/** What the index holds of each file, by path. */
export function indexedFiles(home: TestHome): IndexedFile[] {
  const database = new Database(stateDb(home), { readonly: true });
  try {
    const files = database.prepare('SELECT * FROM text_files ORDER BY path').all() as {
      id: number;
      path: string;
      status: string;
      state: string | null;
    }[];
    const texts = database.prepare('SELECT text FROM texts WHERE id >> 24 = ? ORDER BY id').pluck();
    return files.map(({ id, path, status, state }) => ({
      path,
      status,
      state: state === null ? null : JSON.parse(state),
      texts: texts.all(id) as string[],
    }));
  } finally {
    database.close();
  }
}
