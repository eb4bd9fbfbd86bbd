import type { Matcher } from './pattern.ts';

/** Tells from bytes alone that a pattern cannot match in them; null for a pattern of which nothing is known. */
export function byteFilter({ needles: whole, ignoresCase }: Matcher): ByteFilter | null {
  if (whole === null || whole.length === 0) return null;
  // A regular expression of a long text is refused, and a part of it tells as much.
  const needles = whole.map((needle) => needle.slice(0, LONGEST_NEEDLE));
  const longest = Math.max(...needles.map((needle) => needle.length));
  if (ignoresCase) {
    const expression = new RegExp(
      needles.map((needle) => needle.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'),
      'i',
    );
    return {
      mayMatch: (bytes, start, end) => expression.test(bytes.toString('latin1', start, end)),
      overlap: longest - 1,
    };
  }
  const wanted = needles.map((needle) => Buffer.from(needle, 'latin1'));
  return {
    mayMatch: (bytes, start, end) => {
      const piece = start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
      return wanted.some((needle) => piece.includes(needle));
    },
    overlap: longest - 1,
  };
}

const LONGEST_NEEDLE = 1000;

export interface ByteFilter {
  mayMatch(bytes: Buffer, start: number, end: number): boolean;
  /** Bytes that a match can have before the end of one block and go on in the next. */
  overlap: number;
}

/** Whether a pattern may match somewhere in a stream of blocks, also across their seams. */
export class BlockFilter {
  readonly #filter: ByteFilter;
  #seam = Buffer.alloc(0);

  constructor(filter: ByteFilter) {
    this.#filter = filter;
  }

  mayMatch(block: Buffer): boolean {
    if (this.#filter.mayMatch(block, 0, block.length)) return true;
    const { overlap } = this.#filter;
    if (overlap === 0) return false;
    const joint = Buffer.concat([this.#seam, block.subarray(0, overlap)]);
    if (this.#seam.length > 0 && this.#filter.mayMatch(joint, 0, joint.length)) return true;
    const tail = block.length >= overlap ? block.subarray(block.length - overlap) : Buffer.concat([this.#seam, block]);
    this.#seam = Buffer.from(tail.subarray(Math.max(0, tail.length - overlap)));
    return false;
  }
}
