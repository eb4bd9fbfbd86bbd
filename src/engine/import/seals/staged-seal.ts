import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../../../base/failure.ts';
import { syncFolder } from '../../../store/archive-files.ts';
import type { Home } from '../../../store/home.ts';
import { probeLock } from '../../../store/lock-file.ts';
import { coordinationPath, isThreadId, lockPath } from '../../../store/locks.ts';
import { openRollout } from '../../../store/rollout-file.ts';
import { sealFolder } from '../../../store/seals.ts';
import { CheckpointFolder } from '../../../store/seals-checkpoints.ts';
import { trouble, writeWhole } from '../../../store/writer/file-steps.ts';
import { ownFolder } from '../../../store/writer/own-temp.ts';
import { hashContent } from '../../seal/hash-content.ts';
import type { OfferedSeal } from './offered-seal.ts';

export interface SealedFile {
  threadId: string;
  rolloutId: string;
}

/**
 * Whether an import that died has begun to bring in the seal of this file: then it was this program that put the file there.
 * What it has left is not used, it is made anew.
 */
export function isStaged(home: Home, file: SealedFile): boolean {
  return existsSync(stagedFolder(home, file));
}

/**
 * Makes the folder of a seal where nothing reads it, whole and on the disk: its checkpoints as they were signed, and the hashes
 * of the lines as they are in the home. Call it under the lock of the thread.
 *
 * @param path of the file, which is about to be in the home or is
 * @returns whether there are lines behind those under the seal
 * @throws Failure `findings` when they are not those that were sealed
 */
export async function stageSeal(
  home: Home,
  file: SealedFile,
  seal: OfferedSeal,
  { path, signal }: { path: string; signal: AbortSignal },
): Promise<{ hasMore: boolean }> {
  const folder = join(stagedFolder(home, file), 'seal');
  removeStaged(home, file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const hasMore = await writeLeaves(join(folder, 'leaves'), seal, { path, signal });
  const checkpoints = new CheckpointFolder(join(folder, 'checkpoints'));
  for (const { size, text, signature } of seal.checkpoints) await checkpoints.write(size, text, signature);
  for (const made of [folder, dirname(folder), ownFolder(home)]) syncFolder(made);
  return { hasMore };
}

/**
 * Puts the folder of a seal in its place in one step. Where it was is kept until `removeStaged`: should this program die before
 * the log is signed, it tells that the import is to be done again.
 */
export function placeStaged(home: Home, file: SealedFile): void {
  const target = sealFolder(home, file.rolloutId);
  try {
    renameSync(join(stagedFolder(home, file), 'seal'), target);
    syncFolder(dirname(target));
  } catch (error) {
    throw trouble(target, 'cannot be put in its place', error);
  }
}

export function removeStaged(home: Home, file: SealedFile): void {
  rmSync(stagedFolder(home, file), { recursive: true, force: true });
}

/**
 * Removes what imports have left that died before their files were in the home. Where the file is there, it stays until the
 * import is done again. It is no trouble when that cannot be done.
 */
export function sweepStaged(home: Home, isThere: (rolloutId: string) => boolean): void {
  const names = existsSync(ownFolder(home)) ? readdirSync(ownFolder(home)) : [];
  for (const name of names) {
    const [, threadId = '', rolloutId = ''] = /^seal-([0-9a-f-]{36})_([0-9a-f-]{36})$/.exec(name) ?? [];
    if (!isThreadId(threadId) || !isThreadId(rolloutId) || isThere(rolloutId)) continue;
    try {
      probeLock(coordinationPath(home), () =>
        probeLock(lockPath(home, threadId), () => removeStaged(home, { threadId, rolloutId })),
      );
    } catch {
      // It will be tried again by the next import.
    }
  }
}

function stagedFolder(home: Home, { threadId, rolloutId }: SealedFile): string {
  if (!isThreadId(threadId) || !isThreadId(rolloutId)) throw new RangeError('not the ids of a file of a session');
  return join(ownFolder(home), `seal-${threadId}_${rolloutId}`);
}

async function writeLeaves(
  target: string,
  { size, checkpoints }: OfferedSeal,
  { path, signal }: { path: string; signal: AbortSignal },
): Promise<boolean> {
  const rollout = await openRollout(path);
  try {
    const handle = await open(target, 'wx', 0o600);
    try {
      let pending: Buffer[] = [];
      const flush = async () => {
        await writeWhole(handle, Buffer.concat(pending));
        pending = [];
      };
      const { roots, lines, unfinishedBytes } = await hashContent(rollout, {
        at: checkpoints.map((checkpoint) => checkpoint.size),
        signal,
        onLeaf: (leaf, index) => void (index < size && pending.push(leaf)),
        afterBlock: flush,
      });
      await flush();
      await handle.sync();
      const isSame = checkpoints.every(({ size, root }) => roots.get(size)?.root.toString('base64') === root);
      if (!isSame) throw new Failure('findings', 'was changed while it was read', { file: path });
      return lines > size || unfinishedBytes > 0;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw trouble(target, 'cannot be written', error);
  } finally {
    await rollout.close();
  }
}
