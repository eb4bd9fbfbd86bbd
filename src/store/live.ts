import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from './home.ts';

/**
 * Whether a process holds a thread open, without taking any lock. Codex since 0.149 holds an exclusive flock on
 * `thread-writer-locks/<thread>.lock` for as long; the kernel lists it in `/proc/locks`. The file alone means nothing.
 *
 * @returns null where it cannot be known: not on Linux, or no Codex with such locks has used this home
 */
export function createLiveProbe(home: Home): (threadId: string) => boolean | null {
  const held = heldLocks();
  const hasLocks = statOf(home.writerLocks)?.isDirectory() ?? false;
  return (threadId) => {
    if (!held || !hasLocks) return null;
    const lock = statOf(join(home.writerLocks, `${threadId}.lock`));
    return lock ? held.has(lockKey(lock.dev, lock.ino)) : false;
  };
}

/** Device and inode of every flock in force; null where the kernel does not tell. */
function heldLocks(): Set<string> | null {
  try {
    const keys = new Set<string>();
    // 3: FLOCK  ADVISORY  WRITE 4242 fe:00:1312345 0 EOF
    for (const match of readFileSync('/proc/locks', 'utf8').matchAll(/FLOCK .*? ([0-9a-f]+):([0-9a-f]+):(\d+) /g)) {
      const [, major, minor, inode] = match as unknown as [string, string, string, string];
      keys.add(`${Number.parseInt(major, 16)}:${Number.parseInt(minor, 16)}:${inode}`);
    }
    return keys;
  } catch {
    return null;
  }
}

/** Linux packs major and minor into one device number (glibc's gnu_dev_major and gnu_dev_minor). */
function lockKey(dev: bigint, ino: bigint): string {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n);
  return `${major}:${minor}:${ino}`;
}

function statOf(path: string) {
  return statSync(path, { bigint: true, throwIfNoEntry: false });
}
