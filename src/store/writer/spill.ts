import { mkdirSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Home } from '../home.ts';
import { syncFolderLater, writeWhole } from './file-steps.ts';
import { ownFolder } from './own-temp.ts';

/**
 * Saves what cannot go into the rollout into a file of our own, which nothing removes by itself.
 *
 * @param from a file all of whose content is saved first, because no path leads to it any more
 *
 * @returns the path; null when it cannot be saved, or there is nothing to save
 */
export async function spill(
  home: Home,
  threadId: string,
  lines: readonly Buffer[],
  from: FileHandle | null,
): Promise<string | null> {
  if (lines.length === 0 && !from) return null;
  const folder = ownFolder(home);
  let path = '';
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    let handle: FileHandle | null = null;
    for (let number = 1; !handle; number++) {
      path = join(folder, `spill-${threadId}-${number}.jsonl`);
      handle = await openNew(path);
    }
    try {
      if (from) await copyAll(from, handle);
      for (const line of lines) await writeWhole(handle, line);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await syncFolderLater(folder);
    return path;
  } catch {
    if (path !== '') await rm(path, { force: true }).catch(() => {});
    return null;
  }
}

async function openNew(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw error;
  }
}

async function copyAll(from: FileHandle, to: FileHandle): Promise<void> {
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  for (let position = 0; ; ) {
    const { bytesRead } = await from.read(block, 0, block.length, position);
    if (bytesRead === 0) return;
    await writeWhole(to, block.subarray(0, bytesRead));
    position += bytesRead;
  }
}

const BLOCK_BYTES = 1024 * 1024;
