import { Failure } from '../../base/failure.ts';
import { findHome } from '../../store/home.ts';
import { useIndex } from '../listing/use-index.ts';
import { readKnown } from './read-known.ts';
import type { SessionUsage, StatsRequest } from './select-usages.ts';

/**
 * The usages of threads from the index, after it was brought in step with the files. What it does not know is read from the
 * files and kept. A damaged index is moved aside and made anew.
 *
 * @param named ids; null for all threads of the home
 * @returns null, and a note is reported, when there can be no index
 */
export async function readIndexed(
  { env, cwd }: NonNullable<StatsRequest['index']>,
  named: string[] | null,
  request: StatsRequest,
): Promise<SessionUsage[] | null> {
  const note = (message: string) =>
    request.report({ rule: 'INDEX', weight: 'note', file: null, line: null, offset: null, message });
  try {
    return await useIndex(findHome(env, cwd), note, (index) => readKnown(index, named, request));
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'trouble') throw error;
    note(`${error.message}; the files are read instead`);
    return null;
  }
}
