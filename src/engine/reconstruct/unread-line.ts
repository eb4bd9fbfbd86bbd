import { decodeLine } from '../../format/decode-line.ts';
import { defaultLimits } from '../../format/limits.ts';
import type { Line } from '../../format/line-framer.ts';
import { type Record, toRecord } from '../../format/record.ts';
import type { Report } from '../problem.ts';
import { undecodable } from '../undecodable.ts';

/**
 * A line kept as it stands until it is certain to be in effect: a long session is compacted many times, and most of what it
 * holds is never looked at.
 */
export class UnreadLine {
  readonly isAnswer: boolean;
  readonly #line: Line;
  readonly #file: string;

  /**
   * @param line with bytes that nobody writes over
   * @param isAnswer whether it holds a message from the model
   */
  constructor(line: Line, file: string, isAnswer: boolean) {
    this.isAnswer = isAnswer;
    this.#line = line;
    this.#file = file;
  }

  /** The record; null for a line that cannot be decoded, which is reported. */
  read(report: Report): Record | null {
    const decoded = decodeLine(this.#line, defaultLimits);
    const record = decoded.ok ? toRecord(decoded) : null;
    if (!record) undecodable({ line: this.#line, decoded, record }, this.#file, report);
    return record;
  }
}

/** Copies lines out of the buffer that they were read into, many to one piece of memory. */
export class LineStore {
  #slab = Buffer.alloc(0);
  #used = 0;

  copy(line: Line): Line {
    const length = line.end - line.start;
    if (this.#used + length > this.#slab.length) {
      this.#slab = Buffer.allocUnsafeSlow(Math.max(length, SLAB_BYTES));
      this.#used = 0;
    }
    const start = this.#used;
    line.bytes.copy(this.#slab, start, line.start, line.end);
    this.#used += length;
    return { ...line, bytes: this.#slab, start, end: start + length };
  }
}

const SLAB_BYTES = 256 * 1024;
