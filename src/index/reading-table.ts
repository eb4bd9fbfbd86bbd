import { crc32 } from 'node:zlib';
import type { Database } from './state-db.ts';
import { prepared } from './statements.ts';

/**
 * Where the reading of each large thread ended, for one kind of thing that is read from it. One that is damaged reads as
 * absent: the thread is then read anew.
 */
export class ReadingTable {
  readonly #database: Database;
  readonly #kind: ReadingKind;

  constructor(database: Database, kind: ReadingKind) {
    this.#database = database;
    this.#kind = kind;
  }

  get(threadId: string): unknown {
    const found = prepared(this.#database, 'SELECT state, checksum FROM readings WHERE thread_id = ? AND kind = ?').get(
      threadId,
      this.#kind,
    ) as { state: string; checksum: number } | undefined;
    return found && crc32(found.state) === found.checksum ? JSON.parse(found.state) : undefined;
  }

  put(threadId: string, state: unknown): void {
    const text = JSON.stringify(state);
    prepared(this.#database, 'INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?)').run(
      threadId,
      this.#kind,
      text,
      crc32(text),
    );
  }

  remove(threadId: string): void {
    prepared(this.#database, 'DELETE FROM readings WHERE thread_id = ? AND kind = ?').run(threadId, this.#kind);
  }
}

export type ReadingKind = 'row' | 'usage';
