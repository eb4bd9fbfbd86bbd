import { closeSync, constants, fstatSync, openSync, statSync, unlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { Failure } from '../base/failure.ts';
import type { Clock } from '../base/io.ts';
import { systemReason } from '../base/system-error.ts';
import { describeHolder } from './lock-holders.ts';

/**
 * Takes an exclusive flock(2) on a file, which is made when it is not there. The kernel gives it back when this process
 * ends, however it ends.
 *
 * @param shown the path that messages name, where the file is reached by another one
 * @returns null when another open file has it
 * @throws Failure `trouble` where the file cannot be opened or locked
 */
export function tryLockFile(path: string, shown = path): FileLock | null {
  for (;;) {
    const descriptor = openLockFile(path, shown);
    try {
      if (!flock(descriptor, 'exnb')) {
        closeSync(descriptor);
        return null;
      }
    } catch (error) {
      closeSync(descriptor);
      throw new Failure('trouble', `the lock cannot be taken: ${reasonOf(error)}`, { file: shown, cause: error });
    }
    // Whoever held it may have removed the file while we waited; then ours is a lock that nobody sees.
    if (isStillAt(path, descriptor)) return new FileLock(path, descriptor);
    closeSync(descriptor);
  }
}

/**
 * The same, waiting for whoever holds it.
 *
 * @throws Failure `busy` after `wait.ms`, with who holds it; the reason of the signal when it fires
 */
export async function lockFile(path: string, wait: LockWait): Promise<FileLock> {
  const until = wait.clock.now() + (wait.ms ?? LONGEST_WAIT_MS);
  for (let pause = 1; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    wait.signal?.throwIfAborted();
    const lock = tryLockFile(path);
    if (lock) return lock;
    if (wait.clock.now() >= until) {
      throw new Failure('busy', `${describeHolder(path)} holds the lock`, { file: path });
    }
    await wait.clock.sleep(pause, wait.signal);
  }
}

export interface LockWait {
  clock: Clock;
  signal?: AbortSignal;
  /** Milliseconds; five seconds when absent. */
  ms?: number;
}

/** Takes the same lock on a file that is open: it is given back with the descriptor. False when another open file has it. */
export function lockDescriptor(descriptor: number): boolean {
  return flock(descriptor, 'exnb');
}

/** An exclusive lock that this process holds. */
export class FileLock {
  readonly path: string;
  readonly #descriptor: number;

  constructor(path: string, descriptor: number) {
    this.path = path;
    this.#descriptor = descriptor;
  }

  /** Gives it back; the file stays. */
  release(): void {
    closeSync(this.#descriptor);
  }

  /** Removes the file, if it is still ours, and gives the lock back. Only while nobody can be opening it. */
  remove(): void {
    try {
      if (isStillAt(this.path, this.#descriptor)) unlinkSync(this.path);
    } finally {
      this.release();
    }
  }
}

/**
 * Whether somebody holds the lock of this file. Nothing is made or changed: a shared lock is tried, and held only while
 * `look` runs.
 *
 * @returns what `look` returns when nobody holds it, as of a file that is not there; null when that cannot be told
 */
export function probeLock<T>(path: string, look: () => T): 'held' | T | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? look() : null;
  }
  try {
    let free: boolean;
    try {
      free = flock(descriptor, 'shnb');
    } catch {
      return null;
    }
    return free ? look() : 'held';
  } finally {
    closeSync(descriptor);
  }
}

type FlockSync = (descriptor: number, how: 'exnb' | 'shnb') => void;

let flockSync: FlockSync | undefined;

/** False when another open file has the lock. The package is native code, and loaded when it is first needed. */
function flock(descriptor: number, how: 'exnb' | 'shnb'): boolean {
  // What a second thread that loads it does to the first one's part ends the whole program.
  if (!isMainThread) throw new Error('only the main thread takes locks');
  flockSync ??= (createRequire(import.meta.url)('fs-ext') as { flockSync: FlockSync }).flockSync;
  try {
    flockSync(descriptor, how);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN' || code === 'EWOULDBLOCK') return false;
    throw error;
  }
}

function openLockFile(path: string, shown: string): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600);
  } catch (error) {
    throw new Failure('trouble', `the lock file cannot be opened: ${reasonOf(error)}`, { file: shown, cause: error });
  }
}

function isStillAt(path: string, descriptor: number): boolean {
  const there = statSync(path, { bigint: true, throwIfNoEntry: false });
  const ours = fstatSync(descriptor, { bigint: true });
  return there !== undefined && there.dev === ours.dev && there.ino === ours.ino;
}

function reasonOf(error: unknown): string {
  return systemReason(error) ?? (error as NodeJS.ErrnoException).code ?? String(error);
}

const LONGEST_WAIT_MS = 5000;
const LONGEST_PAUSE_MS = 25;
