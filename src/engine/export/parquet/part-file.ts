import type { ByteWriter, ParquetWriter, SchemaElement, Writer } from 'hyparquet-writer';
import type { FolderFile } from '../../../store/folder-file.ts';
import type { DatasetFolder } from '../encoder.ts';
import type { ColumnType, ParquetColumn } from './columns.ts';
import type { RowHeap } from './row-heap.ts';

/** What files are written with: the library, and who says that they were. */
export interface Making {
  library: { ByteWriter: typeof ByteWriter; ParquetWriter: typeof ParquetWriter };
  createdBy: string;
  /** Makes a zstd frame. */
  compress(bytes: Uint8Array): Uint8Array;
  /** Memory that is free. */
  shared: ArrayBuffer | null;
}

/** A Parquet file that is written group by group; of memory it takes a group, and of each group some numbers. */
export class PartFile {
  groups = 0;
  readonly #columns: readonly ParquetColumn[];
  readonly #folder: DatasetFolder;
  readonly #file: FolderFile;
  readonly #parquet: ParquetWriter;

  constructor(columns: readonly ParquetColumn[], folder: DatasetFolder, file: FolderFile, making: Making) {
    const { library, createdBy, compress } = making;
    this.#columns = columns;
    this.#folder = folder;
    this.#file = file;
    this.#parquet = new library.ParquetWriter({
      writer: fileWriter(new library.ByteWriter(), file, making),
      schema: schemaOf(columns),
      codec: 'ZSTD',
      compressors: { ZSTD: compress },
      createdBy,
    });
  }

  /** @param name below the dataset's folder */
  static async create(
    folder: DatasetFolder,
    name: string,
    columns: readonly ParquetColumn[],
    making: Making,
  ): Promise<PartFile> {
    return new PartFile(columns, folder, await folder.create(name), making);
  }

  /** Writes rows as one group. */
  async write(heap: RowHeap): Promise<void> {
    this.groups++;
    const columnData = this.#columns.map((column, index) => ({
      name: column[0],
      data: heap.values[index] as unknown[],
      // Nobody looks for the smallest of texts that are long.
      ...(heap.haveLong[index] && ({ encoding: 'PLAIN', statistics: false } as const)),
    }));
    await this.#parquet.write({ columnData, rowGroupSize: heap.rows });
  }

  async finish(): Promise<void> {
    await this.#parquet.finish();
    await this.#folder.complete(this.#file);
  }

  async abandon(): Promise<void> {
    await this.#file.close().catch(() => {});
  }
}

/** The library writes into memory; after each group that goes to the file. One at a time is written, so they share that memory. */
function fileWriter(memory: ByteWriter, file: FolderFile, making: Making): Writer {
  const start = memory.buffer;
  const grow = memory.ensure;
  const ensure = (size: number) => {
    if (memory.buffer === start && memory.index + size > start.byteLength) takeShared(memory, making);
    grow.call(memory, size);
  };
  const flush = async () => {
    await file.write(memory.getBytes());
    if (memory.buffer !== start) making.shared = memory.buffer;
    useBuffer(memory, start);
    memory.index = 0;
  };
  return Object.assign(memory, { ensure, flush, finish: flush });
}

function takeShared(memory: ByteWriter, making: Making): void {
  const before = memory.getBytes();
  const { shared } = making;
  making.shared = null;
  if (!shared || shared.byteLength < before.length) return;
  new Uint8Array(shared).set(before);
  useBuffer(memory, shared);
}

function useBuffer(memory: ByteWriter, buffer: ArrayBuffer): void {
  memory.buffer = buffer;
  memory.view = new DataView(buffer);
}

function schemaOf(columns: readonly ParquetColumn[]): SchemaElement[] {
  const leaves = columns.map(([name, type]): SchemaElement => {
    const isRequired = type.endsWith('!');
    const kind = (isRequired ? type.slice(0, -1) : type) as ColumnType;
    return { name, ...elements[kind], repetition_type: isRequired ? 'REQUIRED' : 'OPTIONAL' };
  });
  return [{ name: 'schema', num_children: columns.length }, ...leaves];
}

const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const;
const elements: { [type in ColumnType]: Omit<SchemaElement, 'name'> } = {
  text,
  long: text,
  integer: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  time: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
};
