import { createHash } from 'node:crypto';
import { type FileHandle, link, open, rm, unlink } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { systemReason } from '../../base/system-error.ts';
import { openRollout } from '../rollout-file.ts';

/**
 * Gives a finished temporary file its name, which nothing has yet, and makes that outlive a loss of power. When this fails
 * the name is free again; the temporary file is gone in either case, if it can be removed.
 *
 * @throws Failure `refused` when there is a file of that name
 */
export async function placeFile(temp: string, target: string): Promise<void> {
  try {
    await link(temp, target);
    try {
      await syncFolderLater(dirname(target));
      await rm(temp, { force: true });
    } catch (error) {
      await unlink(target);
      throw error;
    }
  } catch (error) {
    // Where that cannot be done, the next run does it.
    await rm(temp, { force: true }).catch(() => {});
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new Failure('refused', 'there is a file already', { file: target, cause: error });
    const hint = code === 'EXDEV' ? 'sessions/ and .sessions/ have to be on one file system' : undefined;
    throw trouble(target, 'cannot be put in its place', error, hint);
  }
}

/** Makes the entries of a folder outlive a loss of power, without keeping the program from other work. */
export async function syncFolderLater(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes all bytes at the file's own position, or its end when it was opened for appending. */
export async function writeWhole(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, offset, bytes.length - offset, null);
    offset += bytesWritten;
  }
}

/** Gives a file the time of another one, to the microsecond: nanoseconds are beyond what can be set from here. */
export async function setTime(handle: FileHandle, mtimeNs: bigint): Promise<void> {
  // In the middle of the microsecond, because the fraction is cut off on the way.
  const seconds = (Number(mtimeNs / 1000n) + 0.5) / 1e6;
  await handle.utimes(seconds, seconds);
}

/**
 * Length and SHA-256 of what a rollout holds, decompressed.
 *
 * @throws Failure `trouble` when it cannot be read to its end
 */
export async function digestContent(path: string): Promise<ContentDigest> {
  const rollout = await openRollout(path);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const block of rollout.blocks()) {
      hash.update(block);
      bytes += block.length;
    }
    const { damage } = rollout;
    if (damage) throw new Failure('trouble', damage.message, { file: path, offset: damage.offset });
    return { bytes, sha256: hash.digest('hex') };
  } finally {
    await rollout.close();
  }
}

export interface ContentDigest {
  bytes: number;
  sha256: string;
}

/** Whether both are of the same content. */
export function isSame(one: ContentDigest, other: ContentDigest): boolean {
  return one.bytes === other.bytes && one.sha256 === other.sha256;
}

/** What the system says, as something that happened to a file. */
export function trouble(file: string, what: string, error: unknown, hint?: string): Failure {
  if (error instanceof Failure) return error;
  const details = { file, cause: error, ...(hint !== undefined && { hint }) };
  return new Failure('trouble', `${what}: ${reasonOf(error)}`, details);
}

/** What the system says, in words. */
export function reasonOf(error: unknown): string {
  const { errno, message } = error as NodeJS.ErrnoException;
  // Node has no words of its own for it.
  if (errno === -constants.errno.EDQUOT) return 'disk quota exceeded';
  return systemReason(error) ?? message ?? String(error);
}
