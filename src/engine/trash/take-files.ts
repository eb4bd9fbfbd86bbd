import { Failure } from '../../base/failure.ts';
import { type FileIdentity, isUnchanged, splitPath } from '../../store/file-identity.ts';
import type { Home } from '../../store/home.ts';
import { inFolder, makeFoldersIn, statIn } from '../../store/home-acts.ts';
import { placeInTrash } from '../../store/trash-place.ts';

/**
 * Moves files to the trash of a transaction, whose folders are there: all of them, or none. Each is looked at right before
 * and right after, through the same open folder.
 */
export function takeFiles(home: Home, tx: string, files: readonly FileIdentity[]): Taken {
  const done: FileIdentity[] = [];
  try {
    for (const file of files) {
      const reason = takeFile(home, tx, file);
      if (reason === null) {
        done.push(file);
      } else {
        return putBack(home, tx, done) ?? { state: 'kept', path: file.path, reason };
      }
    }
    return { state: 'taken' };
  } catch (error) {
    const isBack = putBack(home, tx, done) === null;
    return {
      state: 'failed',
      error,
      isBack: isBack && files.every((file) => isAway(home, placeInTrash(tx, file.path))),
    };
  }
}

export type Taken =
  | { state: 'taken' }
  | { state: 'kept'; path: string; reason: string }
  /** @param isBack whether each file is where it was */
  | { state: 'failed'; error: unknown; isBack: boolean };

/** Moves a file back from the trash, where nobody has taken its place. @throws Failure `refused` when somebody has */
export function putFileBack(home: Home, tx: string, path: string): void {
  inFolder(home, placeInTrash(tx, path), (trash, name) =>
    inFolder(home, path, (folder, ownName) => trash.give(name, folder, ownName)),
  );
}

/** The same, making the folder that may be gone; false when somebody has taken the place. */
export function triesBack(home: Home, tx: string, path: string): boolean {
  try {
    makeFoldersIn(home, [splitPath(path).folder]);
    putFileBack(home, tx, path);
    return true;
  } catch (error) {
    if (error instanceof Failure && error.kind === 'refused') return false;
    throw error;
  }
}

/** Null, or why it was not moved. */
function takeFile(home: Home, tx: string, file: FileIdentity): string | null {
  return inFolder(home, file.path, (folder, name) =>
    inFolder(home, placeInTrash(tx, file.path), (trash, toName) => {
      const before = folder.lstat(name);
      if (!isUnchanged(file, before)) return before ? 'has changed' : 'is gone';
      if (before?.nlink !== 1n) return 'has another name (hard link)';
      folder.rename(name, trash, toName);
      if (isUnchanged(file, trash.lstat(toName))) return null;
      // Somebody put something else there in the very moment, or writes to it without a lock.
      trash.give(toName, folder, name);
      return 'changed while it was moved';
    }),
  );
}

/** Whether nothing is there, as far as that can be told. */
function isAway(home: Home, path: string): boolean {
  try {
    return statIn(home, path) === undefined;
  } catch {
    return false;
  }
}

function putBack(home: Home, tx: string, done: readonly FileIdentity[]): Taken | null {
  try {
    for (const { path } of [...done].reverse()) if (statIn(home, placeInTrash(tx, path))) putFileBack(home, tx, path);
    return null;
  } catch (error) {
    return { state: 'failed', error, isBack: false };
  }
}
