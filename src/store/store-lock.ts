import { join } from 'node:path';
import { Failure } from '../base/failure.ts';
import { openFolderIn } from './folder-handle.ts';
import type { Home } from './home.ts';
import { type FileLock, tryLockFile } from './lock-file.ts';
import { describeHolder } from './lock-holders.ts';

/**
 * Takes the lock under which one command at a time changes what a home keeps: its trash, its journal, its holds. It is not
 * waited for, and taken before any other lock. `.sessions` is made when it is not there. Release it.
 *
 * @throws Failure `busy` when another command has it; `refused` when `.sessions` is a symbolic link
 */
export function lockStore(home: Home): FileLock {
  const folder = openFolderIn(home, OWN_FOLDER, { create: true });
  try {
    const file = join(folder.realPath, LOCK_NAME);
    const lock = tryLockFile(folder.path(LOCK_NAME), file);
    if (lock) return lock;
    throw new Failure('busy', `${describeHolder(file)} is changing what this home keeps`, {
      file,
      hint: 'one prune, restore, compress, repair or hold works at a time; try again when it is done',
    });
  } finally {
    folder.close();
  }
}

/** Where everything of ours lies, relative to a home. */
export const OWN_FOLDER = '.sessions';
const LOCK_NAME = 'store.lock';
