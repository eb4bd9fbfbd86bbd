import { lstat, rm, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../base/failure.ts';
import { writeCompressed } from './compress-content.ts';
import type { Home } from './home.ts';
import { openRollout, type RolloutFile } from './rollout-file.ts';
import {
  type ContentDigest,
  digestContent,
  isSame,
  placeFile,
  setTime,
  syncFolderLater,
  trouble,
} from './writer/file-steps.ts';
import { openTemp, tempPath } from './writer/own-temp.ts';

/**
 * Puts a `.jsonl.zst` in the place of a plain rollout: one frame with checksum and content size, of the same time. The plain
 * file goes only when the other one was read back and holds the same, so at any moment one of them is there and whole. Call
 * it under the lock of the thread. Memory does not grow with the file.
 *
 * @throws Failure `refused` when the file changes meanwhile, or there is a compressed one with other content; `trouble` when
 *   it cannot be done. The plain file is then still there
 */
export async function compressRollout(home: Home, threadId: string, path: string): Promise<Compressed> {
  const target = `${path}.zst`;
  const temp = tempPath(home, 'zst', threadId);
  try {
    const rollout = await openRollout(path);
    try {
      if (rollout.content !== 'plain') throw new Failure('refused', 'is compressed already', { file: path });
      const digest = await compressInto(temp, rollout);
      if (!isSame(digest, await digestContent(temp))) {
        throw new Failure('trouble', 'what was compressed does not come out the same', { file: path });
      }
      const isThere = (await lstat(target).catch(() => null)) !== null;
      if (isThere) await checkTwin(rollout, target, digest);
      else await placeFile(temp, target);
      if (!(await isUnchanged(path, rollout))) {
        if (!isThere) await unlink(target);
        throw new Failure('refused', 'was written to while it was compressed', { file: path });
      }
      await unlink(path);
      await syncFolderLater(dirname(path));
      return { path: target, bytes: digest.bytes, compressedBytes: (await lstat(target)).size };
    } finally {
      await rollout.close();
    }
  } catch (error) {
    throw trouble(path, 'cannot be compressed', error);
  } finally {
    await rm(temp, { force: true });
  }
}

export interface Compressed {
  path: string;
  /** Length of the content, and of the file that it is in now. */
  bytes: number;
  compressedBytes: number;
}

/** A run that was killed between its last two steps leaves both. */
async function checkTwin(rollout: RolloutFile, target: string, digest: ContentDigest): Promise<void> {
  if (isSame(digest, await digestContent(target))) return;
  throw new Failure('refused', 'there is a compressed file with other content', { file: `${rollout.path}.zst` });
}

async function isUnchanged(path: string, { identity }: RolloutFile): Promise<boolean> {
  const now = await lstat(path, { bigint: true });
  const isSameFile = now.dev === identity.dev && now.ino === identity.ino;
  return isSameFile && Number(now.size) === identity.size && now.mtimeNs === identity.mtimeNs;
}

async function compressInto(temp: string, rollout: RolloutFile): Promise<ContentDigest> {
  const handle = await openTemp(temp);
  try {
    const digest = await writeCompressed(handle, rollout);
    await handle.chmod(rollout.identity.mode & 0o777);
    await setTime(handle, rollout.identity.mtimeNs);
    await handle.sync();
    return digest;
  } finally {
    await handle.close();
  }
}
