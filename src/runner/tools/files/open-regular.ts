import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readlink } from 'node:fs/promises';
import { platform } from 'node:os';
import { resolve } from 'node:path';
import { systemReason } from '../../../base/system-error.ts';
import type { ToolContext } from '../tool.ts';

/** An open file, and its size; or why it cannot be read, in words for the model. */
export type Opened = { file: FileHandle; size: number; close(): Promise<void> } | { problem: string };

/**
 * Opens a regular file that may be read under the sandbox. Never waits for a pipe. On Linux the descriptor itself is asked
 * where it leads to, so that a link put there meanwhile is noticed.
 */
export async function openRegular(
  path: string,
  { cwd, sandbox }: Pick<ToolContext, 'cwd' | 'sandbox'>,
): Promise<Opened> {
  const absolute = resolve(cwd, path);
  const denied = { problem: `err: ${path}: reading it is not allowed` };
  let file: FileHandle;
  try {
    // Missing files are said to be missing.
    await lstat(absolute);
    if (!sandbox.mayRead(absolute)) return denied;
    file = await open(absolute, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return { problem: `err: ${path}: ${systemReason(error) ?? (error as Error).message}` };
  }
  const close = () => file.close();
  const stat = await file.stat();
  if (!stat.isFile()) {
    await close();
    return { problem: `err: ${path}: ${stat.isDirectory() ? 'is a directory' : 'is no regular file'}` };
  }
  if (platform() === 'linux' && !sandbox.mayRead(await readlink(`/proc/self/fd/${file.fd}`))) {
    await close();
    return denied;
  }
  return { file, size: stat.size, close };
}
