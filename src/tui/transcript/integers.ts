/** A list of integers below 2^31 that takes little room: those that stand near each other and differ little take a byte or two. */
export class Integers {
  /** Each of `pageSize` integers, but for the last page, which is filled. */
  readonly #pages: Page[] = [];
  #last = new Int32Array(pageSize);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const place = this.#length % pageSize;
    this.#last[place] = value;
    this.#length++;
    if (place === pageSize - 1) this.#pages.push(narrowed(this.#last));
  }

  /** Only the first ones are left. */
  shorten(length: number): void {
    if (length >= this.#length) return;
    this.#length = length;
    const [reopened] = this.#pages.splice(Math.floor(length / pageSize));
    if (reopened) this.#last = Int32Array.from(reopened.above, (value) => value + reopened.least);
  }

  /** 0 where there is none. */
  at(index: number): number {
    if (index < 0 || index >= this.#length) return 0;
    const page = this.#pages[Math.floor(index / pageSize)];
    const place = index % pageSize;
    return page ? page.least + (page.above[place] as number) : (this.#last[place] as number);
  }
}

interface Page {
  least: number;
  /** How far each is above the least. */
  above: Uint8Array | Uint16Array | Uint32Array;
}

function narrowed(values: Int32Array): Page {
  let least = values[0] as number;
  let most = least;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const range = most - least;
  const Kind = range < 2 ** 8 ? Uint8Array : range < 2 ** 16 ? Uint16Array : Uint32Array;
  const above = new Kind(pageSize);
  for (const [at, value] of values.entries()) above[at] = value - least;
  return { least, above };
}

const pageSize = 1024;
