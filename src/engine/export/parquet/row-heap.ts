import type { ParquetColumn, ParquetRow } from './columns.ts';

/**
 * Rows that wait to be written, column by column. Long texts lie in pieces of memory that are used again and again, because what is kept
 * for a while and then dropped makes the JavaScript heap grow.
 */
export class RowHeap {
  rows = 0;
  /** Bytes, more or less. */
  size = 0;
  /** The values of each column; texts that are long as UTF-8, which is good until `clear`. */
  values: unknown[][];
  /** Whether a column holds texts that are long, and so are kept as UTF-8. */
  haveLong: boolean[];
  readonly #areLong: boolean[];
  readonly #pool: SlabPool;
  #slabs: Buffer[] = [];
  /** Bytes of the last slab that are in use. */
  #used = 0;

  constructor(columns: readonly ParquetColumn[], pool: SlabPool) {
    this.#areLong = columns.map(isLong);
    this.haveLong = [...this.#areLong];
    this.#pool = pool;
    this.values = columns.map(() => []);
  }

  /** @returns by how much the heap has grown */
  add(row: ParquetRow): number {
    let size = ROW_BYTES;
    for (const [index, cell] of row.entries()) {
      // What may be long lies in memory of its own, whatever its column.
      const isLong = typeof cell === 'string' && (this.#areLong[index] || cell.length > LONGEST_SHORT);
      const value = isLong ? this.#keep(cell) : cell;
      if (typeof value === 'string' || value instanceof Uint8Array) size += value.length;
      if (isLong) this.haveLong[index] = true;
      this.values[index]?.push(value);
    }
    this.rows++;
    this.size += size;
    return size;
  }

  clear(): void {
    this.values = this.values.map(() => []);
    this.haveLong = [...this.#areLong];
    this.#pool.give(this.#slabs);
    this.#slabs = [];
    this.rows = 0;
    this.size = 0;
  }

  #keep(text: string): Uint8Array {
    const length = Buffer.byteLength(text);
    if (length > SLAB_BYTES / 4) return Buffer.from(text);
    let slab = this.#slabs.at(-1);
    if (!slab || this.#used + length > slab.length) {
      slab = this.#pool.take();
      this.#slabs.push(slab);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += slab.write(text, start);
    return slab.subarray(start, this.#used);
  }
}

/** Pieces of memory that are free. */
export class SlabPool {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES);
  }

  give(slabs: readonly Buffer[]): void {
    this.#free.push(...slabs);
  }
}

/** Whether a column's texts are expected to be long. */
function isLong([, type]: ParquetColumn): boolean {
  return type.startsWith('long');
}

const ROW_BYTES = 500;
/** Characters of a text that is kept as it is, and may be the smallest or largest of its column. */
const LONGEST_SHORT = 1000;
const SLAB_BYTES = 128 * 1024;
