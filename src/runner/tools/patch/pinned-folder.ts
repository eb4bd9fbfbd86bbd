import { closeSync, constants, mkdirSync, openSync, readlinkSync, realpathSync } from 'node:fs';
import { platform } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { PatchProblem } from './parse-patch.ts';

/** A folder held open, so that nothing done in it lands elsewhere when somebody puts a link in its place meanwhile. */
export interface PinnedFolder {
  /** A path to one of its entries, through the open folder. */
  at(name: string): string;
  close(): void;
}

/**
 * Opens a folder by its real path. On Linux its entries are reached through the descriptor; elsewhere through the path,
 * which is weaker.
 * @throws PatchProblem when it is not what the path led to before
 */
export function pinFolder(path: string): PinnedFolder {
  if (platform() !== 'linux') {
    if (realpathSync(path) !== path) throw changed(path);
    return { at: (name) => join(path, name), close() {} };
  }
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  const through = `/proc/self/fd/${fd}`;
  if (readlinkSync(through) !== path) {
    closeSync(fd);
    throw changed(path);
  }
  return { at: (name) => `${through}/${name}`, close: () => closeSync(fd) };
}

/** Makes a folder with those above it, each through the pinned one above; returns those that were made, the outermost first. */
export function makeFolders(path: string): string[] {
  try {
    pinFolder(path).close();
    return [];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
  }
  const made = makeFolders(dirname(path));
  const parent = pinFolder(dirname(path));
  try {
    mkdirSync(parent.at(basename(path)));
  } finally {
    parent.close();
  }
  return [...made, path];
}

function changed(path: string): PatchProblem {
  return new PatchProblem(`${path} was replaced while the patch was being applied`);
}
