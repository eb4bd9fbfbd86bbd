import type { Line } from '../../format/line-framer.ts';
import type { Part } from '../thread-parts.ts';

/** A point between two records of a thread, where it can be cut. */
export interface Place {
  /** The file that it lies in. */
  part: Part;
  /** First byte behind it, in the decompressed content. */
  offset: number;
  /** The ordinal that the next record would have; null where none before it has one. */
  ordinal: number | null;
}

/** Follows where the records of a thread stand that are in effect, while they are read. */
export class Places {
  /** For each file, the point behind its last record in effect. */
  readonly ends = new Map<Part, Place>();
  /** For each file, the point behind its first record. */
  readonly firsts = new Map<Part, Place>();
  #ordinal: number | null = null;

  /**
   * The next record that is in effect, or a line that is no record and stands among them.
   *
   * @returns the point before it
   */
  pass(part: Part, line: Line, ordinal: number | null): Place {
    const before: Place = { part, offset: line.offset, ordinal: this.#ordinal };
    if (ordinal !== null) this.#ordinal = ordinal + 1;
    const offset = line.offset + line.length + (line.terminated ? 1 : 0);
    const end: Place = { part, offset, ordinal: this.#ordinal };
    this.ends.set(part, end);
    if (!this.firsts.has(part)) this.firsts.set(part, end);
    return before;
  }
}
