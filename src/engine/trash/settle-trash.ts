import { type HashedFile, isSameInode } from '../../store/file-identity.ts';
import type { Home } from '../../store/home.ts';
import { statIn, syncFoldersOf, unlinkIn } from '../../store/home-acts.ts';
import type { TrashIntent } from '../../store/journal-entry.ts';
import { placeInTrash } from '../../store/trash-place.ts';
import { triesBack } from './take-files.ts';

/**
 * Brings a move to the trash to an end that was interrupted: what has moved as a whole stays there, and what has moved in
 * part goes back, unless somebody has taken a place meanwhile.
 *
 * @returns the files that are in the trash
 */
export function settleTrash(home: Home, { tx, files }: TrashIntent): HashedFile[] {
  const places = files.map((file) => {
    const place = placeInTrash(tx, file.path);
    const isThere = isSameInode(file, statIn(home, file.path));
    const isTrashed = isSameInode(file, statIn(home, place));
    // On its way back it has both names for a moment.
    if (isThere && isTrashed) unlinkIn(home, place);
    return { file, isThere, isTrashed: isTrashed && !isThere };
  });
  const trashed = places.filter(({ isTrashed }) => isTrashed).map(({ file }) => file);
  const isWhole = places.every(({ isTrashed }) => isTrashed);
  const left = isWhole ? trashed : trashed.filter(({ path }) => !triesBack(home, tx, path));
  syncFoldersOf(home, [...files.map(({ path }) => path), ...files.map(({ path }) => placeInTrash(tx, path))]);
  return left;
}
