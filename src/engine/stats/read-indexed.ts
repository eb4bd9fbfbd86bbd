import { join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { DamagedRow } from '../../index/damaged-row.ts';
import { moveAside, unusableReason } from '../../index/move-aside.ts';
import { findHome } from '../../store/home.ts';
import { HomeIndex } from '../listing/home-index.ts';
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
  const home = findHome(env, cwd);
  const note = (message: string) =>
    request.report({ rule: 'INDEX', weight: 'note', file: null, line: null, offset: null, message });
  const noteReplaced = (reason: string, movedTo: string) =>
    note(`the index was made anew, because ${reason}; the old one is now ${movedTo}`);
  for (let attempt = 0; ; attempt++) {
    let index: HomeIndex | null = null;
    try {
      index = new HomeIndex(home, noteReplaced);
      return await readKnown(index, named, request);
    } catch (error) {
      index?.close();
      index = null;
      const reason = error instanceof DamagedRow ? 'it is damaged' : unusableReason(error);
      const movedTo = reason && attempt < MOST_REPAIRS ? tryToMove(join(home.path, 'state.db')) : null;
      if (reason && movedTo) noteReplaced(reason, movedTo);
      else if (reason || isOfIndex(error)) {
        note(`${(error as Error).message}; the files are read instead`);
        return null;
      } else throw error;
    } finally {
      index?.close();
    }
  }
}

/** @returns null where the folder does not allow it */
function tryToMove(path: string): string | null {
  try {
    return moveAside(path);
  } catch {
    return null;
  }
}

/** Whether it is the index that failed, or the disk under it, and not this program. */
function isOfIndex(error: unknown): boolean {
  if (error instanceof Failure) return error.kind === 'trouble';
  const { code } = error as { code?: string };
  return code !== undefined && (code.startsWith('SQLITE_') || code in places);
}

/** What a folder says that cannot be written to, or is full. */
const places = { EACCES: 1, EPERM: 1, EROFS: 1, ENOSPC: 1, EDQUOT: 1 };
const MOST_REPAIRS = 2;
