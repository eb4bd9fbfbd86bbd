import { closeSync, fsyncSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { splitPath } from './file-identity.ts';
import { openFolderIn } from './folder-handle.ts';
import type { Home } from './home.ts';
import { linkIn, openIn, replaceIn, syncFoldersOf, unlinkIn } from './home-acts.ts';
import { actTempPath, TEMP_FOLDER } from './trash-place.ts';
import { trouble } from './writer/file-steps.ts';

/**
 * Writes a file of ours in one step: whoever looks finds all of it or what was there before, also after a loss of power. Call
 * it under the store lock.
 *
 * @param path relative to the home; its folder is made
 * @param options.replace whether it may take the place of an earlier one
 *
 * @throws Failure `refused` when there is one that may not be replaced; `trouble` otherwise
 */
export function writeOwnFile(home: Home, path: string, text: string, options: { replace: boolean }): void {
  const temp = actTempPath('file');
  try {
    openFolderIn(home, TEMP_FOLDER, { create: true }).close();
    openFolderIn(home, splitPath(path).folder, { create: true }).close();
    unlinkIn(home, temp);
    writeWhole(home, temp, Buffer.from(text));
    if (options.replace) replaceIn(home, temp, path);
    else linkIn(home, temp, path);
    syncFoldersOf(home, [path]);
  } catch (error) {
    throw trouble(join(home.path, path), 'cannot be written', error);
  } finally {
    tidy(home, temp);
  }
}

function writeWhole(home: Home, path: string, bytes: Buffer): void {
  const descriptor = openIn(home, path, 'wx', 0o600);
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done, bytes.length - done, done);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function tidy(home: Home, temp: string): void {
  try {
    unlinkIn(home, temp);
  } catch {
    // The next command removes it.
  }
}
