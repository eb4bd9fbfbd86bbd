import { closeSync, constants, fstatSync, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';

const readLater = promisify(read);

/**
 * An open file. Opening and looking at one is done at once, without the thread pool: a listing opens a hundred thousand of
 * them, and each trip to the pool takes longer than the work. Reading large parts goes through the pool.
 */
export class Descriptor {
  readonly #fd: number;

  /** @throws the system's error; a symbolic link is `ELOOP`, a pipe does not wait for its writer */
  constructor(path: string) {
    this.#fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  }

  stat() {
    return fstatSync(this.#fd, { bigint: true });
  }

  /** Reads a few bytes at once; returns how many there were. */
  readNow(buffer: Uint8Array, position: number): number {
    let total = 0;
    while (total < buffer.length) {
      const count = readSync(this.#fd, buffer, total, buffer.length - total, position + total);
      if (count === 0) break;
      total += count;
    }
    return total;
  }

  read<B extends Uint8Array>(
    buffer: B,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesRead: number; buffer: B }> {
    return readLater(this.#fd, buffer, offset, length, position);
  }

  close(): void {
    closeSync(this.#fd);
  }
}
