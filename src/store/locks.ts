import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../base/failure.ts';
import { systemReason } from '../base/system-error.ts';
import type { Home } from './home.ts';
import { type FileLock, type LockWait, lockFile, tryLockFile } from './lock-file.ts';
import { describeHolder } from './lock-holders.ts';
import { noteFirstSession } from './own-home.ts';

/**
 * Takes the locks under which Codex writes these threads: all of them or none, in the order of their ids. Hold them for
 * as short as can be: Codex does not wait for a thread, it refuses to open it.
 *
 * Taking and giving back happens under Codex's own `.coordination.lock`, so that a lock file is never removed while
 * somebody opens it.
 *
 * @throws ThreadOpen when somebody has one of the threads open; Failure `busy` when the coordination lock for too long
 */
export async function lockThreads(home: Home, threadIds: Iterable<string>, wait: LockWait): Promise<ThreadLocks> {
  makeFolder(home);
  const coordination = await lockFile(coordinationPath(home), wait);
  const taken: FileLock[] = [];
  try {
    for (const threadId of [...new Set(threadIds)].sort()) {
      const path = lockPath(home, threadId);
      const lock = tryLockFile(path);
      if (!lock) throw new ThreadOpen(threadId, `${describeHolder(path)} has session ${threadId} open`);
      taken.push(lock);
    }
  } catch (error) {
    for (const lock of taken) lock.remove();
    throw error;
  } finally {
    coordination.release();
  }
  return { release: () => release(home, taken, wait) };
}

/** Somebody has a thread open. */
export class ThreadOpen extends Failure {
  readonly threadId: string;

  constructor(threadId: string, message: string) {
    super('busy', message);
    this.threadId = threadId;
  }
}

export interface ThreadLocks {
  /** Gives all of them back. Never throws; must be called. */
  release(): Promise<void>;
}

/** The lock under which locks are taken and given back. */
export function coordinationPath(home: Home): string {
  return join(home.writerLocks, '.coordination.lock');
}

/**
 * The file that Codex locks for as long as it has a thread open.
 *
 * @throws Failure `usage` for an id that is none
 */
export function lockPath(home: Home, threadId: string): string {
  if (!isThreadId(threadId)) throw new Failure('usage', `'${threadId}' is not the id of a session`);
  return join(home.writerLocks, `${threadId}.lock`);
}

/** Whether a text can be the id of a thread, and the name of its lock. */
export function isThreadId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

async function release(home: Home, locks: FileLock[], wait: LockWait): Promise<void> {
  let coordination: FileLock | null = null;
  try {
    // Not with the caller's signal: who was asked to stop gives back all the same.
    coordination = await lockFile(coordinationPath(home), { clock: wait.clock, ms: wait.ms ?? RELEASE_WAIT_MS });
  } catch {
    // Then the files stay behind, unlocked, which means nothing to anybody.
  }
  for (const lock of locks) {
    try {
      if (coordination) lock.remove();
      else lock.release();
    } catch {
      // A file that cannot be removed is unlocked all the same.
    }
  }
  coordination?.release();
}

function makeFolder(home: Home): void {
  try {
    noteFirstSession(home);
    mkdirSync(home.writerLocks, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    throw new Failure('trouble', `locks cannot be made: ${systemReason(error) ?? code}`, {
      file: home.writerLocks,
      cause: error,
    });
  }
}

const RELEASE_WAIT_MS = 2000;
