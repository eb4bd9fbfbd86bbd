import { Failure } from '../../base/failure.ts';
import type { ThreadRow } from '../../model/thread-row.ts';
import { findHome, type Home } from '../../store/home.ts';
import { loadCatalog } from '../catalog.ts';
import { type ListOptions, listThreads } from '../list-threads.ts';
import type { Selectors } from '../selectors.ts';
import { listIndexed } from './list-indexed.ts';

/** The home that the environment names. @throws Failure `usage` when there is none */
export function homeOf(env: Readonly<Record<string, string | undefined>>, cwd: string): Home {
  return findHome(env, cwd);
}

/**
 * The sessions of the home that the environment names, in order: from the index, or from the files where there can be none,
 * as in a home that cannot be written to.
 *
 * @throws Failure `usage` when there is no home
 */
export async function* listHome(
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
  selectors: Selectors,
  options: ListOptions & { useIndex: boolean },
): AsyncGenerator<ThreadRow> {
  const home = findHome(env, cwd);
  if (options.useIndex) {
    let hasBegun = false;
    try {
      for await (const row of listIndexed(home, selectors, options)) {
        hasBegun = true;
        yield row;
      }
      return;
    } catch (error) {
      if (hasBegun || !(error instanceof Failure) || error.kind !== 'trouble') throw error;
      const message = `${error.message}; the files are read instead`;
      options.report({ rule: 'INDEX', weight: 'note', file: null, line: null, offset: null, message });
    }
  }
  yield* await listThreads(await loadCatalog(home), selectors, options);
}
