import type { DatasetFolder } from '../encoder.ts';
import type { ParquetColumn, ParquetRow } from './columns.ts';
import { type Making, PartFile } from './part-file.ts';
import { RowHeap, SlabPool } from './row-heap.ts';

/**
 * The tables of a dataset, each in a folder for each day. Rows are kept until there are enough of them for a group; then the largest
 * heap is written. Files are finished when they are large, or when others are in use.
 */
export class Partitions {
  readonly #folder: DatasetFolder;
  readonly #making: Making;
  readonly #pool = new SlabPool();
  /** By folder, the one used last at the end. */
  readonly #open = new Map<string, Partition>();
  readonly #parts = new Map<string, number>();
  #size = 0;

  constructor(folder: DatasetFolder, making: Making) {
    this.#folder = folder;
    this.#making = making;
  }

  /** Undefined when there is nothing to wait for. @param table its name, and its columns */
  add(table: Table, date: string, row: ParquetRow): Promise<void> | undefined {
    const folder = `${table.name}/${date}`;
    const partition = this.#take(folder, table.columns);
    this.#size += partition.heap.add(row);
    return this.#size > MOST_KEPT || this.#open.size > MOST_OPEN ? this.#makeRoom() : undefined;
  }

  /** Writes everything that is left. Each table that got no row becomes a file without any. */
  async close(tables: readonly (Table & { date: string })[]): Promise<void> {
    for (const [folder, partition] of this.#open) await this.#finish(folder, partition);
    for (const { name, columns, date } of tables) {
      if ([...this.#parts.keys()].some((folder) => folder.startsWith(`${name}/`))) continue;
      const folder = `${name}/${date}`;
      await (await this.#create(folder, columns)).finish();
    }
  }

  async abandon(): Promise<void> {
    for (const { file } of this.#open.values()) await file?.abandon();
    this.#open.clear();
  }

  #take(folder: string, columns: readonly ParquetColumn[]): Partition {
    const partition = this.#open.get(folder) ?? {
      columns,
      heap: new RowHeap(columns, this.#pool),
      file: null,
      written: 0,
    };
    this.#open.delete(folder);
    this.#open.set(folder, partition);
    return partition;
  }

  async #makeRoom(): Promise<void> {
    while (this.#open.size > MOST_OPEN) {
      const [folder, partition] = this.#open.entries().next().value as [string, Partition];
      await this.#finish(folder, partition);
    }
    if (this.#size <= MOST_KEPT) return;
    const heaps = [...this.#open];
    const [folder, largest] = heaps.reduce((most, each) => (each[1].heap.size > most[1].heap.size ? each : most));
    await this.#write(folder, largest);
    const isLarge = largest.written > LARGEST_FILE || (largest.file?.groups ?? 0) >= MOST_GROUPS;
    if (isLarge) await this.#finish(folder, largest);
  }

  async #write(folder: string, partition: Partition): Promise<void> {
    partition.file ??= await this.#create(folder, partition.columns);
    const { heap } = partition;
    await partition.file.write(heap);
    this.#size -= heap.size;
    partition.written += heap.size;
    heap.clear();
  }

  async #finish(folder: string, partition: Partition): Promise<void> {
    if (partition.heap.rows > 0) await this.#write(folder, partition);
    await partition.file?.finish();
    this.#open.delete(folder);
  }

  async #create(folder: string, columns: readonly ParquetColumn[]): Promise<PartFile> {
    const part = this.#parts.get(folder) ?? 0;
    this.#parts.set(folder, part + 1);
    return PartFile.create(
      this.#folder,
      `${folder}/part-${String(part).padStart(5, '0')}.parquet`,
      columns,
      this.#making,
    );
  }
}

export interface Table {
  name: string;
  columns: readonly ParquetColumn[];
}

interface Partition {
  columns: readonly ParquetColumn[];
  heap: RowHeap;
  /** Bytes of the rows that are written. */
  written: number;
  /** Null until the first group is written. */
  file: PartFile | null;
}

const MOST_KEPT = 8_000_000;
const MOST_OPEN = 64;
const MOST_GROUPS = 24;
const LARGEST_FILE = 512_000_000;
