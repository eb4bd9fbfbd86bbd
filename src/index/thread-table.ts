import { crc32 } from 'node:zlib';
import type { ThreadRow } from '../model/thread-row.ts';
import type { Database, Statement } from './state-db.ts';
import { prepared } from './statements.ts';

/** A row of `ls` without what changes by itself. */
export type StoredRow = Omit<ThreadRow, 'name' | 'live' | 'age_at'>;

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
  readonly #put: Statement;
  readonly #remove: Statement;

  constructor(database: Database) {
    this.#database = database;
    this.#put = database.prepare(`
      INSERT INTO threads (thread_id, row, cwd, branch, model, source, archived, created_ms, updated_ms, age_ms, size, tokens, revision, checksum)
      VALUES (@thread_id, @row, @cwd, @branch, @model, @source, @archived, @created_ms, @updated_ms, @age_ms, @size, @tokens, @revision, @checksum)
      ON CONFLICT (thread_id) DO UPDATE SET row = @row, cwd = @cwd, branch = @branch, model = @model, source = @source,
        archived = @archived, created_ms = @created_ms, updated_ms = @updated_ms, age_ms = @age_ms, size = @size,
        tokens = @tokens, revision = @revision, checksum = @checksum`);
    this.#remove = database.prepare('DELETE FROM threads WHERE thread_id = ?');
  }

  put(row: StoredRow, keys: RowKeys): void {
    const columns = {
      thread_id: row.thread_id,
      row: JSON.stringify(row),
      cwd: row.cwd,
      branch: row.git_branch,
      model: row.model,
      source: row.source,
      archived: row.archived ? 1 : 0,
      created_ms: keys.createdMs ?? UNKNOWN_TIME,
      updated_ms: keys.updatedMs ?? UNKNOWN_TIME,
      age_ms: keys.ageMs,
      size: row.size_bytes,
      tokens: row.tokens_used ?? -1,
      revision: Math.floor(Math.random() * Number.MAX_SAFE_INTEGER),
    };
    this.#put.run({ ...columns, checksum: checksumOf(columns) });
  }

  remove(threadId: string): void {
    this.#remove.run(threadId);
  }

  count(): number {
    return (prepared(this.#database, 'SELECT count(*) AS rows FROM threads').get() as { rows: number }).rows;
  }
}

/** The columns of a row as they are stored. */
export interface RowColumns {
  thread_id: string;
  row: string;
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
}

/** Tells whether a row is as it was written; a flipped bit in any column shows. */
export function isIntact(columns: RowColumns & { checksum: number }): boolean {
  return checksumOf(columns) === columns.checksum;
}

function checksumOf(columns: RowColumns): number {
  const {
    thread_id,
    row,
    cwd,
    branch,
    model,
    source,
    archived,
    created_ms,
    updated_ms,
    age_ms,
    size,
    tokens,
    revision,
  } = columns;
  return crc32(
    JSON.stringify([
      thread_id,
      row,
      cwd,
      branch,
      model,
      source,
      archived,
      created_ms,
      updated_ms,
      age_ms,
      size,
      tokens,
      revision,
    ]),
  );
}

/** Sorts after every known time. */
export const UNKNOWN_TIME = -9_000_000_000_000_000;
