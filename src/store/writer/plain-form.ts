import { createHash } from 'node:crypto';
import { lstat, rm, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../../base/failure.ts';
import type { Home } from '../home.ts';
import { openRollout } from '../rollout-file.ts';
import {
  type ContentDigest,
  digestContent,
  isSame,
  placeFile,
  setTime,
  syncFolderLater,
  trouble,
  writeWhole,
} from './file-steps.ts';
import { openTemp, removeTemps, tempPath } from './own-temp.ts';

/**
 * Makes sure that a rollout is there as plain `.jsonl`, the only form that is written to. A compressed one is taken out as
 * Codex does it, but what was written is read back and compared before the `.zst` goes. Where both are there with the same
 * content, as a killed run leaves them, the `.zst` goes as well. Call it under the lock of the thread.
 *
 * @param path of either form
 *
 * @returns the path of the plain one
 *
 * @throws Failure `usage` when there is neither, `trouble` when the compressed one is damaged; nothing is changed then
 */
export async function makePlain(home: Home, threadId: string, path: string): Promise<string> {
  const plain = path.replace(/\.zst$/, '');
  const compressed = `${plain}.zst`;
  removeTemps(home, threadId);
  const isCompressed = await isThere(compressed);
  if ((await findForm(path)) === plain) {
    if (isCompressed) await dropTwin(plain, compressed);
    return plain;
  }
  await takeOut(home, threadId, compressed, plain);
  return plain;
}

/**
 * The form in which a rollout is there: the plain one where there are both.
 *
 * @param path of either form
 *
 * @throws Failure `usage` when there is neither
 */
export async function findForm(path: string): Promise<string> {
  const plain = path.replace(/\.zst$/, '');
  for (const form of [plain, `${plain}.zst`]) if (await isThere(form)) return form;
  throw new Failure('usage', 'no such file', { file: plain });
}

async function takeOut(home: Home, threadId: string, compressed: string, plain: string): Promise<void> {
  const temp = tempPath(home, 'plain', threadId);
  try {
    const before = await lstat(compressed, { bigint: true });
    const digest = await copyContent(compressed, temp, before);
    if (!isSame(digest, await digestContent(temp))) {
      throw new Failure('trouble', 'what was taken out of it does not come out the same', { file: compressed });
    }
    await placeFile(temp, plain);
    const after = await lstat(compressed, { bigint: true });
    if (after.ino !== before.ino || after.size !== before.size || after.mtimeNs !== before.mtimeNs) {
      throw new Failure('refused', 'was replaced while it was decompressed', { file: compressed });
    }
    await unlink(compressed);
    await syncFolderLater(dirname(plain));
  } catch (error) {
    await rm(temp, { force: true });
    throw trouble(compressed, 'cannot be decompressed', error);
  }
}

async function copyContent(
  compressed: string,
  temp: string,
  { mode, mtimeNs }: { mode: bigint; mtimeNs: bigint },
): Promise<ContentDigest> {
  const rollout = await openRollout(compressed);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const handle = await openTemp(temp);
    try {
      for await (const block of rollout.blocks()) {
        hash.update(block);
        bytes += block.length;
        await writeWhole(handle, block);
      }
      if (rollout.damage) {
        const { message, offset } = rollout.damage;
        throw new Failure('trouble', `cannot go on in a damaged file: ${message}`, { file: compressed, offset });
      }
      await handle.chmod(Number(mode & 0o777n));
      await setTime(handle, mtimeNs);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } finally {
    await rollout.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

async function dropTwin(plain: string, compressed: string): Promise<void> {
  let isTwin: boolean;
  try {
    isTwin = isSame(await digestContent(plain), await digestContent(compressed));
  } catch {
    // Damaged, or no regular file: not of our making, and hidden by the plain one.
    return;
  }
  if (isTwin) await unlink(compressed);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw trouble(path, 'cannot be looked at', error);
  }
}
