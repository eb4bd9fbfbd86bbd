/** A set of whole numbers, kept as ranges: numbers in a row take no more memory than one. */
export class NumberRanges {
  /** Ascending, apart from each other by at least one number. */
  #ranges: { from: number; to: number }[] = [];

  has(number: number): boolean {
    const range = this.#ranges[this.#find(number)];
    return range !== undefined && range.from <= number;
  }

  /** Adds the numbers `from` to `to`, both included. */
  add(from: number, to: number): void {
    const last = this.#ranges.at(-1);
    if (last && from === last.to + 1) {
      last.to = to;
      return;
    }
    const first = this.#find(from - 1);
    let behind = first;
    let lowest = from;
    let highest = to;
    for (let range = this.#ranges[behind]; range && range.from <= to + 1; range = this.#ranges[++behind]) {
      lowest = Math.min(lowest, range.from);
      highest = Math.max(highest, range.to);
    }
    this.#ranges.splice(first, behind - first, { from: lowest, to: highest });
    if (this.#ranges.length > MOST_RANGES) this.#joinLowest();
  }

  /** Index of the first range that ends at `number` or later. */
  #find(number: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle] as { to: number }).to < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Forgets a gap: past so many ranges, memory counts for more than an answer about the oldest numbers. */
  #joinLowest(): void {
    const [first, second] = this.#ranges as [{ from: number; to: number }, { from: number; to: number }];
    this.#ranges.splice(0, 2, { from: first.from, to: second.to });
  }
}

const MOST_RANGES = 10_000;
