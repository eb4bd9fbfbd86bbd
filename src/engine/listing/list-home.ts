import { Failure } from '../../base/failure.ts';
import type { ThreadRow } from '../../model/thread-row.ts';
import { findHome, type Home } from '../../store/home.ts';
import type { ListOptions } from '../list-threads.ts';
import type { Selectors } from '../selectors.ts';
import { countIndexed, listIndexed } from './list-indexed.ts';

/** The home that the environment names. @throws Failure `usage` when there is none */
export function homeOf(env: Readonly<Record<string, string | undefined>>, cwd: string): Home {
  return findHome(env, cwd);
}

/**
 * The sessions of a home, in order: from the index, or from the files where there can be none, as in a home that cannot be
 * written to.
 */
export async function* listHome(home: Home, selectors: Selectors, options: HomeOptions): AsyncGenerator<ThreadRow> {
  if (options.useIndex) {
    let hasBegun = false;
    try {
      for await (const row of listIndexed(home, selectors, options)) {
        hasBegun = true;
        yield row;
      }
      return;
    } catch (error) {
      if (hasBegun) throw error;
      goWithoutIndex(error, options);
    }
  }
  yield* await listFiles(home, selectors, options);
}

/** How many sessions of a home match, found in the same way. */
export async function countHome(home: Home, selectors: Selectors, options: HomeOptions): Promise<number> {
  if (options.useIndex) {
    try {
      return await countIndexed(home, selectors, options);
    } catch (error) {
      goWithoutIndex(error, options);
    }
  }
  return (await listFiles(home, selectors, options)).length;
}

export type HomeOptions = ListOptions & { useIndex: boolean };

/** What reads rollouts takes a while to load. */
async function listFiles(home: Home, selectors: Selectors, options: ListOptions): Promise<ThreadRow[]> {
  const { listThreads } = await import('../list-threads.ts');
  const { loadCatalog } = await import('../catalog.ts');
  return listThreads(await loadCatalog(home), selectors, options);
}

/** Says that there is no index to be had. @throws the error itself, when it is not of the index */
export function goWithoutIndex(error: unknown, { report }: Pick<ListOptions, 'report'>): void {
  if (!(error instanceof Failure) || error.kind !== 'trouble') throw error;
  const message = `${error.message}; the files are read instead`;
  report({ rule: 'INDEX', weight: 'note', file: null, line: null, offset: null, message });
}
