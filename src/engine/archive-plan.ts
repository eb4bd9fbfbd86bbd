import { realpathSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { CodexThread } from '../index/codex-edit.ts';
import { placeOf } from '../store/archive-files.ts';
import type { RolloutEntry } from '../store/discover.ts';
import type { Home } from '../store/home.ts';
import type { Catalog } from './catalog.ts';

/** What moves when a thread goes into the archive, or out of it; without `files` everything is in its place. */
export interface ThreadMove {
  threadId: string;
  archived: boolean;
  /** Where its current file is afterwards. */
  path: string;
  /** In the order in which they move. */
  files: { from: string; to: string }[];
  /** Codex's row of the thread; null where there is none. */
  row: { from: string; to: string; differs: boolean; isKnown: boolean } | null;
}

/**
 * Every file of the thread: its segments, and copies that others of them hide.
 *
 * @throws Failure `refused` for a file whose name has no date
 */
export function planMove(catalog: Catalog, threadId: string, archived: boolean, row: CodexThread | null): ThreadMove {
  const { home } = catalog;
  const own = catalog.thread(threadId);
  const current = own.at(-1) as RolloutEntry;
  const hidden = catalog.hidden.map(({ entry }) => entry).filter((entry) => entry.threadId === threadId);
  // A hidden file goes first into the archive and comes back last, so that a stale one is never the only one outside.
  const all = archived ? [...hidden, ...own] : [...own, ...hidden];
  const moves = all.map((file) => ({
    from: file.path,
    to: placeOf(home, file, archived),
    done: file.archived === archived,
  }));
  const path = current.archived === archived ? current.path : placeOf(home, current, archived);
  return {
    threadId,
    archived,
    path,
    files: moves.filter(({ done }) => !done).map(({ from, to }) => ({ from, to })),
    row: row && placeRow(home, row, own, path, archived),
  };
}

/**
 * Codex names the plain file, also of one that is compressed, and after a revert the segment that is current. That choice is
 * kept, and so is the way in which it spells the home.
 */
function placeRow(
  home: Home,
  row: CodexThread,
  own: RolloutEntry[],
  path: string,
  archived: boolean,
): ThreadMove['row'] {
  const chosen = own.find((file) => plainName(file.name) === basename(row.rolloutPath));
  const place = chosen ? (chosen.archived === archived ? chosen.path : placeOf(home, chosen, archived)) : path;
  const to = join(spellingOf(home, row.rolloutPath), plainName(relative(home.path, place)));
  const differs = row.archived !== archived || row.rolloutPath !== to;
  return { from: row.rolloutPath, to, differs, isKnown: chosen !== undefined };
}

/** The home as the row spells it; a row of a copied home, that still names the original, gets this one. */
function spellingOf(home: Home, rolloutPath: string): string {
  const spelled = /^(.*)\/(?:sessions|archived_sessions)\/.*$/s.exec(rolloutPath)?.[1];
  try {
    if (spelled !== undefined && realpathSync(spelled) === home.path) return spelled;
  } catch {
    // It is not there at all.
  }
  return home.path;
}

function plainName(name: string): string {
  return name.replace(/\.zst$/, '');
}
