import type { Descriptor } from './descriptor.ts';

/**
 * Bytes `from` to `end` of an open file. A block is valid until the one after the next is asked for, so that it can be
 * written while the next is used.
 */
export async function* plainBlocks(handle: Descriptor, from: number, end: number): AsyncGenerator<Buffer> {
  // One is being written, one is being used, and one is read ahead.
  const buffers = [0, 1, 2].map(() => Buffer.allocUnsafeSlow(Math.max(0, Math.min(BLOCK_BYTES, end - from))));
  let position = from;
  let turn = 0;
  const readNext = () => {
    const length = Math.min(BLOCK_BYTES, end - position);
    return length > 0 ? handle.read(buffers[turn % 3] as Buffer, 0, length, position) : null;
  };
  // The next block is read while the reader works on this one.
  let next = readNext();
  try {
    while (next) {
      const { buffer, bytesRead } = await next;
      if (bytesRead === 0) return;
      position += bytesRead;
      turn++;
      next = readNext();
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    // Whoever leaves early closes the file, which must not be read any more then.
    await next?.catch(() => {});
  }
}

/** Large enough that system calls do not count, small enough to stay in the processor's cache. */
export const BLOCK_BYTES = 1024 * 1024;
