import { readdirSync } from 'node:fs';
import { isMissingFile } from '../../base/system-error.ts';
import { type FolderHandle, openFolderIn } from '../../store/folder-handle.ts';
import type { Home } from '../../store/home.ts';
import { TRASH_FOLDER, txFolder } from '../../store/trash-place.ts';

/** Removes the folders of a transaction that holds no file any more, with its manifest; one that holds any stays. */
export function removeEmptyTx(home: Home, tx: string): void {
  const folder = openThere(home, txFolder(tx));
  if (!folder) return;
  try {
    if (folder.lstat('files') && !removeEmptyTree(folder, 'files')) return;
    // What was cut out of a file is part of the file, which is gone or back.
    if (folder.lstat('quarantine')?.isDirectory()) removeTree(folder, 'quarantine');
    if (folder.lstat(MANIFEST_NAME)) folder.unlink(MANIFEST_NAME);
  } finally {
    folder.close();
  }
  const trash = openThere(home, TRASH_FOLDER);
  if (!trash) return;
  try {
    trash.removeEmpty(tx);
    trash.sync();
  } finally {
    trash.close();
  }
}

/** Removes a tree of folders that holds no file; says whether nothing is left of it. It looks no further than to the first file. */
function removeEmptyTree(parent: FolderHandle, name: string): boolean {
  if (!parent.lstat(name)?.isDirectory()) return false;
  const folder = parent.open(name);
  try {
    for (const inner of namesIn(folder)) if (!removeEmptyTree(folder, inner)) return false;
  } finally {
    folder.close();
  }
  return parent.removeEmpty(name);
}

function removeTree(parent: FolderHandle, name: string): void {
  const folder = parent.open(name);
  try {
    for (const inner of namesIn(folder)) {
      if (folder.lstat(inner)?.isDirectory()) removeTree(folder, inner);
      else folder.unlink(inner);
    }
  } finally {
    folder.close();
  }
  parent.removeEmpty(name);
}

/** The transactions that have a folder in the trash, oldest first. */
export function listTxs(home: Home): string[] {
  const trash = openThere(home, TRASH_FOLDER);
  if (!trash) return [];
  try {
    return namesIn(trash).filter((name) => trash.lstat(name)?.isDirectory());
  } finally {
    trash.close();
  }
}

/** The open folder; null when it is not there. */
export function openThere(home: Home, path: string): FolderHandle | null {
  try {
    return openFolderIn(home, path);
  } catch (error) {
    if (isMissingFile(error)) return null;
    throw error;
  }
}

export function namesIn(folder: FolderHandle): string[] {
  return readdirSync(folder.self).sort();
}

export const MANIFEST_NAME = 'manifest.json';
