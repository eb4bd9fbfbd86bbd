import { type BigIntStats, openSync } from 'node:fs';
import { isMissingFile } from '../base/system-error.ts';
import { splitPath } from './file-identity.ts';
import { type FolderHandle, openFolderIn } from './folder-handle.ts';
import type { Home } from './home.ts';

/**
 * Does something in the folder of a file, which is held open meanwhile.
 *
 * @param path relative to the home
 */
export function inFolder<T>(home: Home, path: string, act: (folder: FolderHandle, name: string) => T): T {
  const { folder, name } = splitPath(path);
  const handle = openFolderIn(home, folder);
  try {
    return act(handle, name);
  } finally {
    handle.close();
  }
}

/** What is at a path below the home, links not followed; undefined when nothing is, or its folder is not there. */
export function statIn(home: Home, path: string): BigIntStats | undefined {
  try {
    return inFolder(home, path, (folder, name) => folder.lstat(name));
  } catch (error) {
    if (isMissingFile(error)) return undefined;
    throw error;
  }
}

/** Opens a file below the home through its folder. @param flags `wx`, or as of open(2) with O_NOFOLLOW */
export function openIn(home: Home, path: string, flags: number | 'wx', mode?: number): number {
  return inFolder(home, path, (folder, name) => openSync(folder.path(name), flags, mode));
}

/** Makes folders with those above them, 0700, and brings them to the disk. */
export function makeFoldersIn(home: Home, folders: Iterable<string>): void {
  for (const folder of new Set(folders)) openFolderIn(home, folder, { create: true }).close();
}

/** Moves a file where nobody but this process makes files. @throws as `FolderHandle.rename` */
export function moveIn(home: Home, from: string, to: string): void {
  inFolder(home, from, (source, name) => inFolder(home, to, (target, toName) => source.rename(name, target, toName)));
}

/** Gives a file a second name. @throws Failure `refused` when the name is taken */
export function linkIn(home: Home, from: string, to: string): void {
  inFolder(home, from, (source, name) => inFolder(home, to, (target, toName) => source.link(name, target, toName)));
}

/** Moves a file to a place that somebody else may take meanwhile. @throws Failure `refused` when it is taken */
export function giveIn(home: Home, from: string, to: string): void {
  inFolder(home, from, (source, name) => inFolder(home, to, (target, toName) => source.give(name, target, toName)));
}

/** Puts a file in the place of another in one step. */
export function replaceIn(home: Home, from: string, to: string): void {
  inFolder(home, from, (source, name) => inFolder(home, to, (target, toName) => source.replace(name, target, toName)));
}

/** Removes a file; false when there is none. */
export function unlinkIn(home: Home, path: string): boolean {
  try {
    inFolder(home, path, (folder, name) => folder.unlink(name));
    return true;
  } catch (error) {
    if (isMissingFile(error)) return false;
    throw error;
  }
}

/** Brings to the disk what was done in the folders of these files. A folder that is gone has nothing to keep. */
export function syncFoldersOf(home: Home, paths: Iterable<string>): void {
  for (const folder of new Set([...paths].map((path) => splitPath(path).folder))) {
    try {
      const handle = openFolderIn(home, folder);
      try {
        handle.sync();
      } finally {
        handle.close();
      }
    } catch (error) {
      if (!isMissingFile(error)) throw error;
    }
  }
}
