import { readFileSync } from 'node:fs';
import { Failure, toFailure } from '../../base/failure.ts';

/**
 * The key of marks that are the same in every export: the bytes of a file.
 *
 * @throws Failure `usage` when it cannot be read, or is too short to keep what the marks stand for
 */
export function readMarkKey(path: string): Buffer {
  let key: Buffer;
  try {
    key = readFileSync(path);
  } catch (error) {
    throw new Failure('usage', toFailure(error).message, { file: path, cause: error });
  }
  if (key.length >= SHORTEST) return key;
  throw new Failure('usage', `a key of ${key.length} bytes is too short`, {
    file: path,
    hint: 'make one with: head -c 32 /dev/urandom > FILE',
  });
}

const SHORTEST = 16;
