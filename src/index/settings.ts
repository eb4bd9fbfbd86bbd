import { crc32 } from 'node:zlib';
import type { Database } from './state-db.ts';
import { prepared } from './statements.ts';

/** Small values that the index keeps for itself, each with a checksum: one that is damaged reads as absent. */
export class Settings {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get(key: string): unknown {
    const found = prepared(this.#database, 'SELECT value FROM settings WHERE key = ?').get(key) as
      | { value: string }
      | undefined;
    const match = /^(\d+) (.*)$/s.exec(found?.value ?? '');
    if (!match || crc32(match[2] as string) !== Number(match[1])) return undefined;
    try {
      return JSON.parse(match[2] as string);
    } catch {
      return undefined;
    }
  }

  set(key: string, value: unknown): void {
    const text = JSON.stringify(value);
    prepared(this.#database, 'INSERT OR REPLACE INTO settings VALUES (?, ?)').run(key, `${crc32(text)} ${text}`);
  }
}
