import { closeSync, fsyncSync, lstatSync, mkdirSync, openSync, realpathSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../base/failure.ts';
import type { RolloutEntry } from './discover.ts';
import type { Home } from './home.ts';

/**
 * Where a rollout belongs: flat in the archive, or in the folder of the date in its name.
 *
 * @throws Failure `refused` for a name without a date, which Codex could not bring back either
 */
export function placeOf(
  home: Home,
  file: Pick<RolloutEntry, 'name' | 'localTime' | 'path'>,
  archived: boolean,
): string {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)T/.exec(file.localTime ?? '') ?? [];
  if (!year || !month || !day) {
    throw new Failure('refused', 'its name has no date, so it has no place outside the archive', { file: file.path });
  }
  return archived ? join(home.archived, file.name) : join(home.sessions, year, month, day, file.name);
}

/**
 * Moves a file in one step, so that it is in one place at any moment; call it under the lock of its thread. Its content and
 * its times stay as they are.
 *
 * @throws Failure `refused` when something is there already, or the folder leads out of the home
 */
export function moveFile(home: Home, from: string, to: string): void {
  const folder = dirname(to);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const root = to.startsWith(home.archived) ? home.archived : home.sessions;
  // A link among the folders would put the file where no reader looks.
  if (realpathSync(folder) !== realpathSync(root) + folder.slice(root.length)) {
    throw new Failure('refused', 'is reached through a symbolic link, which readers do not follow', { file: folder });
  }
  if (lstatSync(to, { throwIfNoEntry: false })) throw new Failure('refused', 'there is a file already', { file: to });
  try {
    renameSync(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EXDEV') throw error;
    throw new Failure('refused', 'the archive lies on another file system: a move would not be one step', { file: to });
  }
}

/** Makes the entries of a folder outlive a loss of power. */
export function syncFolder(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
