import { Failure } from '../../base/failure.ts';
import { type FileIdentity, isSameInode, isUnchanged, splitPath } from '../../store/file-identity.ts';
import type { Home } from '../../store/home.ts';
import { makeFoldersIn, moveIn, statIn } from '../../store/home-acts.ts';
import { placeInTrash } from '../../store/trash-place.ts';
import { putFileBack } from './take-files.ts';

/**
 * Moves files out of the trash of a transaction to where they were: all of them, or none. Nothing that is there is replaced.
 * Call it under the locks of their threads.
 */
export function giveBack(home: Home, tx: string, files: readonly FileIdentity[]): GivenBack {
  const done: FileIdentity[] = [];
  try {
    for (const file of files) {
      const place = placeInTrash(tx, file.path);
      const reason = reasonAgainst(home, place, file);
      if (reason) return takeBack(home, tx, done) ?? reason;
      putFileBack(home, tx, file.path);
      done.push(file);
    }
    return { state: 'back' };
  } catch (error) {
    const failed = takeBack(home, tx, done);
    if (failed) return failed;
    if (files.some((file) => isThere(home, file))) return { state: 'failed', error, isUndone: false };
    const isTaken = error instanceof Failure && error.kind === 'refused';
    return isTaken
      ? { state: 'kept', code: 'taken', detail: error.place.file ?? '' }
      : { state: 'failed', error, isUndone: true };
  }
}

/** Whether a file may be in its place again. */
function isThere(home: Home, file: FileIdentity): boolean {
  try {
    return isSameInode(file, statIn(home, file.path));
  } catch {
    return true;
  }
}

export type GivenBack =
  | { state: 'back' }
  | { state: 'kept'; code: 'taken' | 'changed'; detail: string }
  /** @param isUndone whether all of it is in the trash */
  | { state: 'failed'; error: unknown; isUndone: boolean };

/** Makes the folders that files are to go back to. */
export function makeFoldersFor(home: Home, files: readonly FileIdentity[]): void {
  makeFoldersIn(
    home,
    files.map(({ path }) => splitPath(path).folder),
  );
}

function reasonAgainst(home: Home, place: string, file: FileIdentity): GivenBack | null {
  if (!isUnchanged(file, statIn(home, place))) return { state: 'kept', code: 'changed', detail: place };
  return statIn(home, file.path) ? { state: 'kept', code: 'taken', detail: file.path } : null;
}

function takeBack(home: Home, tx: string, done: readonly FileIdentity[]): GivenBack | null {
  try {
    for (const file of [...done].reverse()) {
      if (isUnchanged(file, statIn(home, file.path))) moveIn(home, file.path, placeInTrash(tx, file.path));
    }
    return null;
  } catch (error) {
    return { state: 'failed', error, isUndone: false };
  }
}
