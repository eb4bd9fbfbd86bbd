import type { FileHandle } from 'node:fs/promises';

/** Bytes `from` to `end` of an open file, through two buffers that are used in turn. */
export async function* plainBlocks(handle: FileHandle, from: number, end: number): AsyncGenerator<Buffer> {
  const buffers = [Buffer.allocUnsafeSlow(BLOCK_BYTES), Buffer.allocUnsafeSlow(BLOCK_BYTES)] as const;
  let position = from;
  let turn = 0;
  const readNext = () => {
    const length = Math.min(BLOCK_BYTES, end - position);
    return length > 0 ? handle.read(buffers[turn & 1] as Buffer, 0, length, position) : null;
  };
  // The next block is read while the reader works on this one.
  let next = readNext();
  while (next) {
    const { buffer, bytesRead } = await next;
    if (bytesRead === 0) return;
    position += bytesRead;
    turn++;
    next = readNext();
    yield buffer.subarray(0, bytesRead);
  }
}

/** Large enough that system calls do not count, small enough to stay in the processor's cache. */
export const BLOCK_BYTES = 1024 * 1024;
