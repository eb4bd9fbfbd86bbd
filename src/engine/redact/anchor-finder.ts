/**
 * Finds the next of many short texts. An expression of as many alternatives tries most of them at each character; this looks up three
 * characters at once in a table, and compares only what may stand there.
 */
export class AnchorFinder {
  /** For three characters, cut down to six bits each: a row of `#rows`; 0 for none. */
  readonly #table = new Uint16Array(1 << 18);
  /** The longest first: one may begin another. */
  readonly #rows: (readonly string[])[] = [[]];
  /** What was found last. */
  anchor = '';

  constructor(anchors: Iterable<string>) {
    for (const anchor of anchors) this.add(anchor);
  }

  /** Not to be called for more than some ten thousand texts. */
  add(anchor: string): void {
    for (const start of startsOf(anchor)) {
      const row = [...(this.#rows[this.#table[start] as number] as readonly string[]), anchor];
      this.#table[start] = this.#rows.push(row.sort((a, b) => b.length - a.length)) - 1;
    }
  }

  /** Where the next one begins, and the longest there is `anchor`; -1 where none comes. */
  next(text: string, from: number): number {
    const table = this.#table;
    const { length } = text;
    if (from >= length) return -1;
    let start = (text.charCodeAt(from) & BITS) << 6;
    if (from + 1 < length) start |= text.charCodeAt(from + 1) & BITS;
    for (let at = from; at < length; at++) {
      // What ends the text may be shorter than what the table is asked for: behind it, any character stands in the table.
      start = ((start << 6) | (at + 2 < length ? text.charCodeAt(at + 2) & BITS : 0)) & ALL_BITS;
      const row = table[start] as number;
      if (row === 0) continue;
      for (const anchor of this.#rows[row] as readonly string[]) {
        if (!text.startsWith(anchor, at)) continue;
        this.anchor = anchor;
        return at;
      }
    }
    return -1;
  }
}

/** The keys of the table under which an anchor is found: one, or all that begin as it does where it is shorter than they are. */
function startsOf(anchor: string): number[] {
  let starts = [0];
  for (let index = 0; index < 3; index++) {
    const codes = index < anchor.length ? [anchor.charCodeAt(index) & BITS] : allCodes;
    starts = starts.flatMap((start) => codes.map((code) => (start << 6) | code));
  }
  return starts;
}

const BITS = 63;
const ALL_BITS = (1 << 18) - 1;
const allCodes = Array.from({ length: BITS + 1 }, (_, code) => code);
