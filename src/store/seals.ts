import { lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Home } from './home.ts';
import { type FileLock, type LockWait, lockFile, probeLock } from './lock-file.ts';
import { isThreadId } from './locks.ts';
import { syncFolderLater, trouble, writeWhole } from './writer/file-steps.ts';

/** Where the seals of a home are: a folder for each rollout, and the log of all of them. */
export function sealsFolder(home: Home): string {
  return join(home.path, '.sessions', 'seals');
}

/** The seal of a rollout: `leaves`, and `checkpoints/`. */
export function sealFolder(home: Home, rolloutId: string): string {
  if (!isThreadId(rolloutId)) throw new RangeError(`'${rolloutId}' is not the id of a rollout`);
  return join(sealsFolder(home), rolloutId);
}

/** The hash of each sealed line, 32 bytes each. It is not signed: it counts only where its root is the checkpoint's. */
export function leavesPath(home: Home, rolloutId: string): string {
  return join(sealFolder(home, rolloutId), 'leaves');
}

/** Where the checkpoints of a rollout are. */
export function checkpointsOf(home: Home, rolloutId: string): string {
  return join(sealFolder(home, rolloutId), 'checkpoints');
}

/** One line for each thing that happened to a seal. */
export function sealLogPath(home: Home): string {
  return join(sealsFolder(home), 'log.jsonl');
}

/** Where the checkpoints of the log are. */
export function logCheckpoints(home: Home): string {
  return join(sealsFolder(home), 'log-checkpoints');
}

/** Where a log and its checkpoints are. */
export interface LogPlace {
  log: string;
  checkpoints: string;
}

/** The logs that were moved out of the way, the oldest first. */
export function listOldLogs(home: Home): (LogPlace & { folder: string })[] {
  const folder = join(sealsFolder(home), 'old-logs');
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name))
      .map((path) => ({
        folder: path,
        log: join(path, basename(sealLogPath(home))),
        checkpoints: join(path, basename(logCheckpoints(home))),
      }));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw trouble(folder, 'cannot be read', error);
  }
}

/**
 * Moves the log and its checkpoints out of the way, whatever they are, and keeps them. Call it under the lock of the seals.
 *
 * @returns where they are now; null where there were none
 */
export async function setLogAside(home: Home, name: string): Promise<string | null> {
  const parts = [sealLogPath(home), logCheckpoints(home)].filter((path) => lstatSync(path, { throwIfNoEntry: false }));
  if (parts.length === 0) return null;
  const folder = join(sealsFolder(home), 'old-logs', name);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const path of parts) await rename(path, join(folder, basename(path)));
    await syncFolderLater(folder);
    await syncFolderLater(sealsFolder(home));
  } catch (error) {
    throw trouble(folder, 'cannot take the log', error);
  }
  return folder;
}

/** Rollout ids that have a folder here, sorted. */
export function listSeals(home: Home): string[] {
  try {
    return readdirSync(sealsFolder(home)).filter(isThreadId).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw trouble(sealsFolder(home), 'cannot be read', error);
  }
}

/** Makes the folder of the seals, and keeps other runs from writing to it. @throws Failure `busy` */
export async function lockSeals(home: Home, wait: LockWait): Promise<FileLock> {
  try {
    mkdirSync(sealsFolder(home), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw trouble(sealsFolder(home), 'cannot be made', error);
  }
  return lockFile(join(sealsFolder(home), 'lock'), wait);
}

/** Whether somebody has that lock. False also where that cannot be told. */
export function isSealing(home: Home): boolean {
  return probeLock(join(sealsFolder(home), 'lock'), () => 'free') === 'held';
}

/** Puts a file in its place once all of it is on the disk; until then, what was there stays. Call it under the lock. */
export async function replaceFile(path: string, bytes: Uint8Array | string): Promise<void> {
  const file = await openReplacement(path);
  try {
    await file.write(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    await file.finish();
  } finally {
    await file.abandon();
  }
}

/** The same for one that comes in parts. `abandon` is called in any case, and does nothing behind `finish`. */
export async function openReplacement(path: string): Promise<Replacement> {
  const temp = `${path}.new`;
  let handle: FileHandle | null;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // Not through a link that somebody has put there.
    await rm(temp, { recursive: true, force: true });
    handle = await open(temp, 'wx', 0o600);
  } catch (error) {
    throw trouble(path, 'cannot be written', error);
  }
  const opened = handle;
  return {
    async write(bytes) {
      try {
        await writeWhole(opened, bytes);
      } catch (error) {
        throw trouble(path, 'cannot be written', error);
      }
    },
    async finish() {
      try {
        await opened.sync();
        await opened.close();
        await rename(temp, path);
        handle = null;
        await syncFolderLater(dirname(path));
      } catch (error) {
        throw trouble(path, 'cannot be written', error);
      }
    },
    async abandon() {
      if (handle === null) return;
      await handle.close().catch(() => {});
      await rm(temp, { force: true });
      handle = null;
    },
  };
}

export interface Replacement {
  write(bytes: Uint8Array): Promise<void>;
  finish(): Promise<void>;
  abandon(): Promise<void>;
}
