import { mkdirSync, rmSync } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Home } from '../home.ts';
import { probeLock } from '../lock-file.ts';
import { coordinationPath, lockPath } from '../locks.ts';

/**
 * What becomes a file of a thread once it is whole. There is one of each kind for a thread, because only who holds the
 * thread's lock makes it: so one that is there while nobody has that lock was left by a run that died.
 */
export type TempKind = 'new' | 'plain' | 'zst';

/** In a folder of our own on the file system of the rollouts, where no reader takes it for a rollout. */
export function tempPath(home: Home, kind: TempKind, threadId: string): string {
  return join(ownFolder(home), `${kind}-${threadId}`);
}

/** Where everything is made that is not yet, or no longer, part of a session. */
export function ownFolder(home: Home): string {
  return join(home.path, '.sessions', 'tmp');
}

/** Makes an empty file for reading and writing. Call it under the lock of its thread: one that is there is replaced. */
export async function openTemp(path: string): Promise<FileHandle> {
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
  rmSync(path, { force: true });
  return open(path, 'wx+', 0o600);
}

/** Removes what an earlier run left of a thread whose lock this process holds. */
export function removeTemps(home: Home, threadId: string): void {
  for (const kind of kinds) rmSync(tempPath(home, kind, threadId), { force: true });
}

/** Removes what runs have left that are dead. It is no trouble when that cannot be done. */
export async function sweepTemps(home: Home): Promise<void> {
  let names: string[];
  try {
    names = await readdir(ownFolder(home));
  } catch {
    return;
  }
  for (const name of names) {
    const threadId = /^(?:new|plain|zst)-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(name)?.[1];
    if (!threadId) continue;
    try {
      // While nobody can take the lock, so that no run that begins is robbed of its file.
      probeLock(coordinationPath(home), () =>
        probeLock(lockPath(home, threadId), () => rmSync(join(ownFolder(home), name), { force: true })),
      );
    } catch {
      // It will be tried again by the next run.
    }
  }
}

const kinds: TempKind[] = ['new', 'plain', 'zst'];
