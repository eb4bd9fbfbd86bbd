import { randomUUID } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../base/failure.ts';
import { isMissingFile } from '../base/system-error.ts';
import { splitPath } from './file-identity.ts';
import { type FolderHandle, openFolderIn } from './folder-handle.ts';
import type { Home } from './home.ts';
import { keepOwner } from './keep-owner.ts';
import { actTempPath } from './trash-place.ts';

/**
 * Replaces the content of a text file of a home in one step; its mode and owner stay. Call it under the store lock.
 *
 * @param path relative to the home
 * @param change gets all of the file, and returns what it shall be; null leaves it
 * @returns whether it was changed; a file that is not there is not
 * @throws Failure `busy` when somebody wrote to it meanwhile; `refused` for what is no regular file, or of another user
 */
export function rewriteFile(home: Home, path: string, change: (content: Buffer) => Buffer | null): boolean {
  const { folder, name } = splitPath(path);
  let place: FolderHandle;
  try {
    place = openFolderIn(home, folder);
  } catch (error) {
    if (isMissingFile(error)) return false;
    throw error;
  }
  try {
    const before = place.lstat(name);
    if (!before) return false;
    if (!before.isFile()) throw new Failure('refused', 'is not a regular file', { file: join(home.path, path) });
    const changed = change(read(place.path(name)));
    if (changed === null) return false;
    const made = makeTemp(home, changed, before, join(home.path, path));
    try {
      const now = place.lstat(name);
      if (now?.ino !== before.ino || now.size !== before.size || now.mtimeNs !== before.mtimeNs) {
        throw new Failure('busy', 'somebody writes it', { file: join(home.path, path) });
      }
      made.folder.replace(made.name, place, name);
      place.sync();
    } finally {
      removeTemp(made);
    }
    return true;
  } finally {
    place.close();
  }
}

function read(path: string): Buffer {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!fstatSync(descriptor).isFile()) throw new Failure('refused', 'is not a regular file', { file: path });
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

interface Temp {
  folder: FolderHandle;
  name: string;
}

/** @param like the file whose place it is to take, and its path */
function makeTemp(home: Home, bytes: Buffer, like: BigIntStats, file: string): Temp {
  const { folder, name } = splitPath(actTempPath(randomUUID()));
  const made = { folder: openFolderIn(home, folder, { create: true }), name };
  try {
    const descriptor = openSync(made.folder.path(name), 'wx', 0o600);
    try {
      keepOwner(descriptor, like, file);
      fchmodSync(descriptor, Number(like.mode) & 0o777);
      for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    return made;
  } catch (error) {
    removeTemp(made);
    throw error;
  }
}

function removeTemp({ folder, name }: Temp): void {
  try {
    if (folder.lstat(name)) folder.unlink(name);
  } finally {
    folder.close();
  }
}
