import { type Dirent, lstatSync, opendirSync } from 'node:fs';
import { join } from 'node:path';
import { parseRolloutName, type RolloutName } from '../format/file-name.ts';
import type { Home } from './home.ts';

/**
 * Finds the rollouts of a home: `sessions/` at any depth, then `archived_sessions/`. Symbolic links are named and not
 * followed; what is not a regular file is named and not opened; a folder that cannot be read is named, and the rest goes on.
 */
export function* discoverRollouts(home: Home): Generator<RolloutEntry | Obstacle> {
  yield* walk(home.sessions, false);
  yield* walk(home.archived, true);
}

/** A file whose name is a rollout's. It was not opened. */
export interface RolloutEntry extends RolloutName {
  kind: 'rollout';
  path: string;
  name: string;
  archived: boolean;
}

/** Something in the way, as the name of the validation rule that speaks of it. */
export interface Obstacle {
  kind: 'obstacle';
  rule: 'SYMLINK' | 'NOT-REGULAR' | 'UNREADABLE';
  path: string;
  message: string;
}

function* walk(folder: string, archived: boolean): Generator<RolloutEntry | Obstacle> {
  const folders: string[] = [];
  for (const found of walkFolder(folder, archived)) {
    if (found.kind === 'folder') folders.push(found.path);
    else yield found;
  }
  // Newest dates first: what most readers want comes first.
  for (const next of folders.sort().reverse()) yield* walk(next, archived);
}

/**
 * What one folder holds. Folders in it are named and not entered. It is read without the thread pool, each trip to which takes
 * longer than the work, and in parts, because it may hold a million files.
 */
export function* walkFolder(
  folder: string,
  archived: boolean,
): Generator<RolloutEntry | Obstacle | { kind: 'folder'; path: string }> {
  try {
    const listing = opendirSync(folder, { bufferSize: 1024 });
    try {
      for (let entry = listing.readSync(); entry; entry = listing.readSync()) {
        const path = join(folder, entry.name);
        if (entry.isDirectory() && !isRolloutName(entry.name)) yield { kind: 'folder', path };
        else yield* examine(entry, path, archived);
      }
    } finally {
      listing.closeSync();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A home without sessions, or a folder that was removed while we looked.
    if (code === 'ENOENT') return;
    const message = `the folder cannot be read: ${code ?? String(error)}`;
    yield { kind: 'obstacle', rule: code === 'ENOTDIR' ? 'NOT-REGULAR' : 'UNREADABLE', path: folder, message };
  }
}

function* examine(entry: Dirent, path: string, archived: boolean): Generator<RolloutEntry | Obstacle> {
  const name = parseRolloutName(entry.name);
  if (entry.isSymbolicLink()) {
    yield { kind: 'obstacle', rule: 'SYMLINK', path, message: 'is a symbolic link, which is not followed' };
  } else if (name && (entry.isFile() || isRegular(entry, path))) {
    yield { kind: 'rollout', path, name: entry.name, archived, ...name };
  } else if (name) {
    yield {
      kind: 'obstacle',
      rule: 'NOT-REGULAR',
      path,
      message: 'has the name of a rollout but is not a regular file',
    };
  }
}

/** Some file systems do not say in the listing what an entry is. */
function isRegular(entry: Dirent, path: string): boolean {
  if (entry.isDirectory() || entry.isFIFO() || entry.isSocket() || entry.isCharacterDevice() || entry.isBlockDevice()) {
    return false;
  }
  return lstatSync(path).isFile();
}

function isRolloutName(name: string): boolean {
  return parseRolloutName(name) !== null;
}
