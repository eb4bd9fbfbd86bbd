/**
 * Cuts a stream of byte blocks into lines at LF and nothing else. Lines inside one block are views into it; a line that
 * crosses blocks is joined; a line over the limit is measured but not kept, so memory stays bounded by the limit.
 */
export class LineFramer {
  readonly #maxBytes: number;
  #number = 0;
  #offset: number;
  #carry = Buffer.alloc(0);
  #carried = 0;
  /** Bytes of the current line that came before this block, kept or not. */
  #pending = 0;

  /**
   * @param maxBytes longest line that is kept whole
   * @param offset byte offset at which the first block stands
   * @param number lines that stand before the first block
   */
  constructor(maxBytes: number, offset = 0, number = 0) {
    this.#maxBytes = maxBytes;
    this.#offset = offset;
    this.#number = number;
  }

  /** Lines completed by this block. A view is valid until the next call. */
  *push(block: Buffer): Generator<Line> {
    let start = 0;
    while (start < block.length) {
      const lf = block.indexOf(LF, start);
      if (lf < 0) {
        this.#keep(block, start, block.length);
        return;
      }
      if (this.#pending === 0 && lf - start <= this.#maxBytes) {
        yield this.#line(block, start, lf, lf - start, true);
      } else {
        this.#keep(block, start, lf);
        yield this.#flush(true);
      }
      start = lf + 1;
    }
  }

  /** The bytes after the last LF, if there are any. */
  *end(): Generator<Line> {
    if (this.#pending > 0) yield this.#flush(false);
  }

  #keep(block: Buffer, start: number, end: number): void {
    const length = end - start;
    // Over the limit only the head stays, which is enough to see the record's type.
    const room = (this.#pending + length > this.#maxBytes ? HEAD_BYTES : this.#maxBytes) - this.#carried;
    const kept = Math.max(0, Math.min(length, room));
    if (kept > 0) {
      const needed = this.#carried + kept;
      if (needed > this.#carry.length) {
        const grown = this.#larger(needed);
        this.#carry.copy(grown, 0, 0, this.#carried);
        this.#carry = grown;
      }
      block.copy(this.#carry, this.#carried, start, start + kept);
      this.#carried = needed;
    }
    this.#pending += length;
    if (this.#pending > this.#maxBytes && this.#carry.length > HEAD_BYTES) {
      if (this.#carry.length === this.#maxBytes) spare = this.#carry;
      this.#carry = Buffer.from(this.#carry.subarray(0, HEAD_BYTES));
      this.#carried = Math.min(this.#carried, HEAD_BYTES);
    }
  }

  /** The system gives memory only where it is written to, so that room for the longest line costs nothing before. */
  #larger(needed: number): Buffer<ArrayBuffer> {
    if (needed <= GROWN_BYTES) return Buffer.allocUnsafeSlow(Math.max(needed, Math.min(GROWN_BYTES, this.#maxBytes)));
    const known = spare?.length === this.#maxBytes ? spare : null;
    spare = null;
    return known ?? Buffer.allocUnsafeSlow(this.#maxBytes);
  }

  #flush(terminated: boolean): Line {
    const line = this.#line(this.#carry, 0, this.#carried, this.#pending, terminated);
    this.#carried = 0;
    this.#pending = 0;
    return line;
  }

  #line(bytes: Buffer, start: number, end: number, length: number, terminated: boolean): Line {
    this.#number++;
    const offset = this.#offset;
    this.#offset += length + (terminated ? 1 : 0);
    return { bytes, start, end, length, number: this.#number, offset, terminated, whole: end - start === length };
  }
}

/** Bytes up to LF. */
export interface Line {
  /** The buffer that holds the line from `start` to `end`, without its LF. Valid until the next line is asked for. */
  bytes: Buffer;
  start: number;
  end: number;
  /** Length in bytes without the LF; more than `end - start` when the line was over the limit. */
  length: number;
  /** 1-based. */
  number: number;
  /** Byte offset of the line's first byte in the decompressed content. */
  offset: number;
  /** Whether an LF ended it. */
  terminated: boolean;
  /** False when the line was over the limit and only its head is here. */
  whole: boolean;
}

/** How much of an over-long line is kept, to tell its type. */
const HEAD_BYTES = 4096;
/** Room for the longest line that nobody uses, for the next one of a file that holds many, or is read again. */
let spare: Buffer<ArrayBuffer> | null = null;

/** Room for a line that crosses blocks; nearly all fit. */
const GROWN_BYTES = 256 * 1024;
const LF = 0x0a;
