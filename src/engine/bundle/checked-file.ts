import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { trouble } from '../../store/writer/file-steps.ts';
import type { CheckedFiles } from './check/check-bag.ts';

/** A bundle of which every file was held against its manifests. */
export interface CheckedFolder {
  folder: string;
  /** Every file of it with its checksum: nothing else of the folder is read. */
  files: CheckedFiles;
}

/**
 * A small file of a bundle, whose folder others may write to: it has to be the one that was checked. Null where the bundle has
 * none of that name.
 *
 * @throws Failure `findings` for one that is another one by now, or is longer than such a file can be
 */
export function readChecked({ folder, files }: CheckedFolder, name: string, mostBytes: number): Buffer | null {
  const sha256 = files.get(name);
  if (sha256 === undefined) return null;
  const file = join(folder, name);
  const bytes = opened(file, (descriptor, size) => (size <= mostBytes ? readFileSync(descriptor) : null));
  if (bytes === null) throw new Failure('findings', 'is no file of the kind that its name says', { file });
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw changed(file);
  return bytes;
}

/**
 * Copies one of any length, which has to be the one that was checked.
 *
 * @param target whose folder is made
 * @throws Failure `findings` for one that is another one by now
 */
export function copyChecked({ folder, files }: CheckedFolder, name: string, target: string): void {
  const sha256 = files.get(name);
  if (sha256 === undefined) return;
  const file = join(folder, name);
  mkdirSync(dirname(target), { recursive: true });
  const hash = createHash('sha256');
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  opened(file, (descriptor) => {
    writeFileSync(target, '', { flag: 'wx' });
    for (;;) {
      const bytes = block.subarray(0, readSync(descriptor, block, 0, BLOCK_BYTES, null));
      if (bytes.length === 0) return;
      hash.update(bytes);
      writeFileSync(target, bytes, { flag: 'a' });
    }
  });
  if (hash.digest('hex') !== sha256) throw changed(file);
}

function changed(file: string): Failure {
  return new Failure('findings', 'was changed while it was read', { file });
}

/** Links are not followed, and of a pipe or a device nothing is read. */
function opened<T>(file: string, read: (descriptor: number, size: number) => T): T {
  try {
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(descriptor);
      if (!stat.isFile()) throw new Failure('findings', 'is not a regular file any more', { file });
      return read(descriptor, stat.size);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw trouble(file, 'cannot be read', error);
  }
}

const BLOCK_BYTES = 1 << 18;
