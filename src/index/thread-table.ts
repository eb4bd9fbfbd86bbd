import { crc32 } from 'node:zlib';
import type { ThreadRow } from '../model/thread-row.ts';
import type { Database } from './state-db.ts';
import { prepared } from './statements.ts';

/** A row of `ls` without what changes by itself. */
export interface StoredRow extends Omit<ThreadRow, 'name' | 'live' | 'age_at'> {
  /** The first message was kept out of the index, and is read from the files when it is listed. */
  withheld?: true;
}

/** What is sorted and selected by, beside the row. Times are milliseconds since the epoch. */
export interface RowKeys {
  createdMs: number | null;
  updatedMs: number | null;
  /** The later of `updatedMs` and the file's mtime. */
  ageMs: number | null;
}

/** Rows of threads, in the index. */
export class ThreadTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  put(row: StoredRow, keys: RowKeys): void {
    const text = JSON.stringify(row);
    const columns = {
      thread_id: row.thread_id,
      cwd: asStored(row.cwd),
      branch: asStored(row.git_branch),
      model: asStored(row.model),
      source: asStored(row.source),
      archived: row.archived ? 1 : 0,
      created_ms: keys.createdMs ?? UNKNOWN_TIME,
      updated_ms: keys.updatedMs ?? UNKNOWN_TIME,
      age_ms: keys.ageMs,
      size: row.size_bytes,
      tokens: asInteger(row.tokens_used ?? -1),
      revision: Math.floor(Math.random() * Number.MAX_SAFE_INTEGER),
      row_sum: crc32(text),
    };
    prepared(this.#database, putQuery).run({ ...columns, row: text, checksum: checksumOf(columns) });
  }

  has(threadId: string): boolean {
    return prepared(this.#database, 'SELECT 1 FROM threads WHERE thread_id = ?').get(threadId) !== undefined;
  }

  remove(threadId: string): void {
    prepared(this.#database, 'DELETE FROM threads WHERE thread_id = ?').run(threadId);
  }
}

/** What is selected and sorted by, as it is stored. */
export interface KeyColumns {
  thread_id: string;
  cwd: string | null;
  branch: string | null;
  model: string | null;
  source: string | null;
  archived: number;
  created_ms: number;
  updated_ms: number;
  age_ms: number | null;
  size: number;
  tokens: number;
  revision: number;
  /** Checksum of the row's text. */
  row_sum: number;
  /** Checksum of everything above. */
  checksum: number;
}

export type RowColumns = KeyColumns & { row: string };

/** Tells whether a row is as it was written; a flipped bit in any column shows. */
export function isIntact(columns: RowColumns): boolean {
  return typeof columns.row === 'string' && crc32(columns.row) === columns.row_sum && areKeysIntact(columns);
}

/** The same without the row's text. */
export function areKeysIntact(columns: KeyColumns): boolean {
  return checksumOf(columns) === columns.checksum;
}

/** In SQL, the columns of `KeyColumns`. */
export const keyColumns = [
  'thread_id',
  'cwd',
  'branch',
  'model',
  'source',
  'archived',
  'created_ms',
  'updated_ms',
  'age_ms',
  'size',
  'tokens',
  'revision',
  'row_sum',
] as const;

const allColumns = [...keyColumns, 'row', 'checksum'] as const;
const putQuery = `INSERT INTO threads (${allColumns.join(', ')}) VALUES (${allColumns.map((name) => `@${name}`).join(', ')})
  ON CONFLICT (thread_id) DO UPDATE SET ${allColumns.map((name) => `${name} = @${name}`).join(', ')}`;

function checksumOf(columns: Omit<KeyColumns, 'checksum'>): number {
  return crc32(JSON.stringify(keyColumns.map((name) => columns[name])));
}

/** SQLite keeps text as UTF-8, which has no place for half a surrogate pair. */
export function asStored(text: string | null): string | null {
  return text === null ? null : Buffer.from(text).toString();
}

/** A hostile file may claim any number of tokens. */
function asInteger(number: number): number {
  return Math.trunc(Math.max(Number.MIN_SAFE_INTEGER, Math.min(number, Number.MAX_SAFE_INTEGER)));
}

/** Sorts after every known time. */
export const UNKNOWN_TIME = -9_000_000_000_000_000;
