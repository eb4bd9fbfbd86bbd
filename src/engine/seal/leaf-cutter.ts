import { leafHash, startLeaf } from './merkle.ts';

/**
 * Hashes the lines of a content, each with its LF, as the leaves of a tree. A line may be of any length: what crosses blocks
 * is hashed in parts, and nothing of it is kept.
 */
export class LeafCutter {
  /** Bytes of the lines that are whole, with their LF. */
  wholeBytes = 0;
  #open: ReturnType<typeof startLeaf> | null = null;
  #openBytes = 0;

  /** The hashes of the lines that this block completes. */
  *push(block: Buffer): Generator<Buffer> {
    let start = 0;
    while (start < block.length) {
      const end = block.indexOf(LF, start) + 1;
      const part = block.subarray(start, end === 0 ? block.length : end);
      start += part.length;
      this.#openBytes += part.length;
      if (end === 0) {
        this.#open ??= startLeaf();
        this.#open.update(part);
        return;
      }
      const open = this.#open;
      this.#open = null;
      open?.update(part);
      this.wholeBytes += this.#openBytes;
      this.#openBytes = 0;
      yield open ? open.digest() : leafHash(part);
    }
  }

  /** Bytes behind the last LF. */
  get unfinishedBytes(): number {
    return this.#openBytes;
  }
}

const LF = 0x0a;
