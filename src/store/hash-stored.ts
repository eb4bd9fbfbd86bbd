import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, read } from 'node:fs';
import { promisify } from 'node:util';
import { Failure } from '../base/failure.ts';
import { type FileIdentity, type HashedFile, isUnchanged } from './file-identity.ts';
import type { Home } from './home.ts';
import { openIn } from './home-acts.ts';
import { trouble } from './writer/file-steps.ts';

/**
 * The checksum of a file's bytes as they are stored. They are read in blocks, so a file of any size will do.
 *
 * @param options.at where it lies, relative to the home; its own path when absent
 *
 * @throws Failure `busy` when the file is not, or ceases to be, the one that is meant, in that state; `trouble` when it
 *   cannot be read; the reason of the signal when it fires
 */
export async function hashStored(
  home: Home,
  file: FileIdentity,
  options: { at?: string; signal?: AbortSignal } = {},
): Promise<HashedFile> {
  const at = options.at ?? file.path;
  const descriptor = openFile(home, at);
  try {
    if (!isUnchanged(file, fstatSync(descriptor, { bigint: true }))) throw changed(at);
    const sha256 = await digest(descriptor, file.size, at, options.signal);
    if (sha256 === null || !isUnchanged(file, fstatSync(descriptor, { bigint: true }))) throw changed(at);
    return { ...file, sha256 };
  } finally {
    closeSync(descriptor);
  }
}

/** The checksum of the first bytes of a file, whatever follows them; null when it has fewer. */
export async function hashBeginning(
  home: Home,
  path: string,
  bytes: number,
  signal?: AbortSignal,
): Promise<string | null> {
  const descriptor = openFile(home, path);
  try {
    return await digest(descriptor, bytes, path, signal);
  } finally {
    closeSync(descriptor);
  }
}

function openFile(home: Home, path: string): number {
  try {
    return openIn(home, path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ELOOP') throw changed(path, error);
    throw trouble(path, 'cannot be read', error);
  }
}

async function digest(descriptor: number, bytes: number, path: string, signal?: AbortSignal): Promise<string | null> {
  const hash = createHash('sha256');
  const block = Buffer.alloc(Math.min(Math.max(bytes, 1), BLOCK_BYTES));
  try {
    for (let at = 0; at < bytes; ) {
      signal?.throwIfAborted();
      const { bytesRead } = await readLater(descriptor, block, 0, Math.min(block.length, bytes - at), at);
      if (bytesRead === 0) return null;
      hash.update(block.subarray(0, bytesRead));
      at += bytesRead;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw trouble(path, 'cannot be read', error);
  }
  return hash.digest('hex');
}

function changed(path: string, cause?: unknown): Failure {
  return new Failure('busy', 'the file has changed', { file: path, cause });
}

const readLater = promisify(read);
const BLOCK_BYTES = 1 << 20;
