import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Home } from '../../store/home.ts';
import { tryLockFile } from '../../store/lock-file.ts';
import { ownFolder } from '../../store/writer/own-temp.ts';

/** A private folder for what is as large as sessions are. */
export interface WorkFolder {
  path: string;
  /** Bytes that may be written before the disk is nearly full. */
  room: number;
  remove(): void;
}

/**
 * Makes one where TMPDIR says; else in the home, because what is for all programs is memory on many machines; else there all
 * the same. What runs have left in the home that were killed is removed.
 *
 * @param home null for none; one that is not there, or cannot be written to, counts for nothing
 */
export async function makeWorkFolder(
  home: Pick<Home, 'path'> | null,
  env: Readonly<Record<string, string | undefined>>,
): Promise<WorkFolder> {
  const isElsewhere = env.TMPDIR !== undefined && env.TMPDIR !== '';
  const made = home && !isElsewhere ? inHome(home) : null;
  const path = made?.path ?? mkdtempSync(join(env.TMPDIR || tmpdir(), PREFIX));
  const { bavail, bsize } = await statfs(path);
  return {
    path,
    room: bavail * bsize * MOST_OF_ROOM,
    remove() {
      rmSync(path, { recursive: true, force: true });
      made?.end();
    },
  };
}

function inHome(home: Pick<Home, 'path'>): { path: string; end(): void } | null {
  if (!existsSync(home.path)) return null;
  const parent = ownFolder(home as Home);
  try {
    const first = mkdirSync(parent, { recursive: true, mode: 0o700 });
    sweep(parent);
    const path = mkdtempSync(join(parent, PREFIX));
    const lock = tryLockFile(join(path, LOCK_NAME));
    if (!lock) return null;
    return {
      path,
      end() {
        lock.release();
        // A home in which there was nothing of ours is left as it was.
        if (first !== undefined) removeEmpty(parent, first);
      },
    };
  } catch {
    return null;
  }
}

/** From an inner folder to the outer one that was made with it. What somebody else has put there stays. */
function removeEmpty(inner: string, outer: string): void {
  try {
    for (let at = inner; at.length >= outer.length; at = dirname(at)) rmdirSync(at);
  } catch {
    // It is used by now.
  }
}

/** A folder whose lock nobody has was left by a run that is dead; one without a lock was made this very moment. */
function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const lockPath = join(parent, name, LOCK_NAME);
    if (!name.startsWith(PREFIX) || !existsSync(lockPath)) continue;
    const lock = tryLockFile(lockPath);
    if (!lock) continue;
    rmSync(join(parent, name), { recursive: true, force: true });
    lock.release();
  }
}

const PREFIX = 'sessions-bundle-';
const LOCK_NAME = '.lock';
const MOST_OF_ROOM = 0.9;
