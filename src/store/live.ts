import { existsSync, readdirSync } from 'node:fs';
import type { Home } from './home.ts';
import { probeLock } from './lock-file.ts';
import { type Holder, holderOf, listHolders } from './lock-holders.ts';
import { findWriters } from './lock-writers.ts';
import { coordinationPath, isThreadId, lockPath } from './locks.ts';
import { isOwnHome } from './own-home.ts';

/**
 * Whether a process has a thread open. Nothing is made in the home, and nothing taken where the kernel tells who holds
 * what. Codex since 0.149 holds an exclusive flock on `thread-writer-locks/<thread>.lock` for as long; the file alone
 * means nothing. An older one shows only by the file that it writes.
 *
 * @returns null where it cannot be known: a Codex without locks may use this home, and no writer is seen
 */
export function createLiveProbe(home: Home): (threadId: string) => boolean | null {
  // The kernel takes long to tell about all locks, and most threads have no lock file.
  let holders: Holder[] | null | undefined;
  const allHolders = () => {
    if (holders === undefined) holders = listHolders();
    return holders;
  };
  const locking = usesLocks(home);
  let writers: Map<string, number> | null | undefined;
  return (threadId) => {
    const locked = isLocked(home, threadId, allHolders);
    if (locked || locking) return locked;
    writers ??= findWriters(home);
    return writers?.has(threadId) ? true : null;
  };
}

/** How long a session was left alone that nobody has open any more, where nothing else tells: milliseconds. */
export const IDLE_MS = 7 * 86_400_000;

/**
 * Whether everybody takes locks in this home, so that a thread without one is free. The folder alone does not tell, because this
 * program makes it too: Codex has had the history database beside it since the same version. Or there is no Codex at all.
 */
export function usesLocks(home: Home): boolean {
  try {
    if (!existsSync(home.writerLocks)) return false;
    return isOwnHome(home) || readdirSync(home.path).some((name) => /^thread_history_\d+\.sqlite$/.test(name));
  } catch {
    return false;
  }
}

/** Null when there is a lock file, nobody is seen to hold it, and that could not be tried. */
function isLocked(home: Home, threadId: string, allHolders: () => readonly Holder[] | null): boolean | null {
  if (!isThreadId(threadId)) return null;
  const path = lockPath(home, threadId);
  if (!existsSync(path)) return false;
  const holders = allHolders();
  if (holders && holderOf(path, holders)) return true;
  // Left behind by a crash, or held by somebody outside of this container, whom the kernel does not list.
  const found = probeLock(coordinationPath(home), () => ({ here: probeLock(path, () => 'free' as const) }));
  if (found === null || found === 'held' || found.here === null) return null;
  return found.here === 'held';
}
