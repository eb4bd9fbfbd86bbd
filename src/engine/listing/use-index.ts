import { join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { DamagedRow } from '../../index/damaged-row.ts';
import { moveAside, unusableReason } from '../../index/move-aside.ts';
import type { Home } from '../../store/home.ts';
import { HomeIndex, type RefreshOptions } from './home-index.ts';

/**
 * Does something with the index of a home. When it turns out to be damaged, it is moved aside and made anew, and everything is
 * done once more.
 *
 * @param onReplaced told why, and where the old one is
 * @throws Failure `trouble` when no index can be made, such as on a full or read-only disk
 */
export async function useIndex<T>(
  home: Home,
  onReplaced: (message: string) => void,
  act: (index: HomeIndex) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    let index: HomeIndex | null = null;
    try {
      index = openIndex(home, onReplaced);
      return await act(index);
    } catch (error) {
      index?.close();
      index = null;
      replaceDamaged(home, error, attempt, onReplaced);
    } finally {
      index?.close();
    }
  }
}

/** Opens the index of a home, and makes it where there is none that can be used. It is to be closed. */
export function openIndex(home: Home, onReplaced: (message: string) => void): HomeIndex {
  return new HomeIndex(home, (reason, movedTo) => onReplaced(describe(reason, movedTo)));
}

/**
 * Moves an index away that an error shows to be damaged; it must be closed.
 *
 * @param attempt how many were moved away before it: damage that comes back is no damage of the index
 * @throws Failure `trouble` when another index would not mend it, as on a full disk; the error itself, when it is not of the
 *   index
 */
export function replaceDamaged(
  home: Home,
  error: unknown,
  attempt: number,
  onReplaced: (message: string) => void,
): void {
  const reason = error instanceof DamagedRow ? 'it is damaged' : unusableReason(error);
  if (!reason || attempt === MOST_ATTEMPTS) throw isOfIndex(error) ? unusable(home, error) : error;
  onReplaced(describe(reason, moveAside(indexPath(home))));
}

export interface IndexOptions extends RefreshOptions {
  onReplaced: (message: string) => void;
}

export function indexPath(home: Home): string {
  return join(home.path, 'state.db');
}

function describe(reason: string, movedTo: string): string {
  return `the index was made anew, because ${reason}; the old one is now ${movedTo}`;
}

/** Whether it is the index that failed, or the disk under it, and not this program. */
function isOfIndex(error: unknown): error is Error {
  const { code } = error as { code?: string };
  return error instanceof DamagedRow || (code !== undefined && (code.startsWith('SQLITE_') || places.has(code)));
}

function unusable(home: Home, error: Error): Failure {
  return new Failure('trouble', `the index cannot be used: ${error.message}`, { file: indexPath(home), cause: error });
}

/** What a folder says that cannot be written to, or is full. */
const places = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT']);
const MOST_ATTEMPTS = 2;
