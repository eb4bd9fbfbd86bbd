import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { discoverRollouts } from './discover.ts';
import { type Home, homeAt } from './home.ts';
import { lineageFolder, removeLineageNote } from './lineage.ts';
import { probeLock } from './lock-file.ts';
import { coordinationPath, isThreadId, lockPath } from './locks.ts';
import { TRASH_FOLDER } from './trash-place.ts';
import { tempPath } from './writer/own-temp.ts';

/**
 * Removes what forks have left that were killed: locks that nobody holds, and notes of forks that have no file. Call it after
 * `sweepTemps`. It is no trouble when that cannot be done.
 *
 * @param isKnown whether a thread had a file a moment ago, so that the home is searched only where something may be left
 */
export function sweepLineage(home: Home, isKnown: (threadId: string) => boolean): void {
  const locks = idsIn(home.writerLocks, '.lock');
  const notes = idsIn(lineageFolder(home), '.json').filter((id) => !isKnown(id));
  if (locks.length + notes.length === 0) return;
  try {
    // While nobody can take a lock, so that no fork that begins is robbed; whoever is done has its file by now.
    probeLock(coordinationPath(home), () => {
      const isFree = (id: string) => probeLock(lockPath(home, id), () => true) === true;
      for (const id of locks) if (isFree(id)) rmSync(lockPath(home, id), { force: true });
      const orphans = notes.filter(isFree);
      const recorded = orphans.length > 0 ? threadsOf(home) : new Set();
      for (const id of orphans) {
        if (!recorded.has(id) && !existsSync(tempPath(home, 'new', id))) removeLineageNote(home, id);
      }
    });
  } catch {
    // It will be tried again by the next fork.
  }
}

function idsIn(folder: string, ending: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(ending));
    return names.map((name) => name.slice(0, -ending.length)).filter(isThreadId);
  } catch {
    return [];
  }
}

/** Those in the trash count: they may come back, and need their notes then. */
function threadsOf(home: Home): Set<string> {
  const trash = join(home.path, TRASH_FOLDER);
  const txs = existsSync(trash) ? readdirSync(trash).map((tx) => homeAt(join(trash, tx, 'files'))) : [];
  const threads = new Set<string>();
  for (const place of [home, ...txs]) {
    for (const found of discoverRollouts(place)) if (found.kind === 'rollout') threads.add(found.threadId);
  }
  return threads;
}
