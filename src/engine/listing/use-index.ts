import { join } from 'node:path';
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
 * @throws the error itself, when another index would not mend it
 */
export function replaceDamaged(
  home: Home,
  error: unknown,
  attempt: number,
  onReplaced: (message: string) => void,
): void {
  const reason = error instanceof DamagedRow ? 'it is damaged' : unusableReason(error);
  if (!reason || attempt === MOST_ATTEMPTS) throw error;
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

const MOST_ATTEMPTS = 2;
