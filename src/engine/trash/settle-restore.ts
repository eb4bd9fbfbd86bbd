import { type HashedFile, isSameInode } from '../../store/file-identity.ts';
import type { Home } from '../../store/home.ts';
import { statIn, syncFoldersOf, unlinkIn } from '../../store/home-acts.ts';
import type { RestoreIntent } from '../../store/journal-entry.ts';
import { placeInTrash } from '../../store/trash-place.ts';
import { triesBack } from './take-files.ts';

/**
 * Brings a restore to an end: files go back to where they were. One whose place was taken meanwhile stays in the trash.
 *
 * @returns the files that are in the home again
 */
export function settleRestore(home: Home, { from_tx, files }: RestoreIntent): HashedFile[] {
  const back = files.filter((file) => {
    const place = placeInTrash(from_tx, file.path);
    const isThere = isSameInode(file, statIn(home, file.path));
    if (!isSameInode(file, statIn(home, place))) return isThere;
    if (!isThere) return triesBack(home, from_tx, file.path);
    unlinkIn(home, place);
    return true;
  });
  syncFoldersOf(home, [...files.map(({ path }) => path), ...files.map(({ path }) => placeInTrash(from_tx, path))]);
  return back;
}
