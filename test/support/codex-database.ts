import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';

const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;

/** The part of Codex's schema that a change may meet, as 0.169 has it. */
const tables = `
  CREATE TABLE threads (
    id TEXT PRIMARY KEY, rollout_path TEXT NOT NULL, created_at INTEGER NOT NULL DEFAULT 0,
    updated_at INTEGER NOT NULL DEFAULT 0, title TEXT NOT NULL, archived INTEGER NOT NULL DEFAULT 0, archived_at INTEGER,
    first_user_message TEXT NOT NULL DEFAULT '', history_mode TEXT NOT NULL DEFAULT 'legacy', name TEXT);
  CREATE TABLE thread_spawn_edges (
    parent_thread_id TEXT NOT NULL, child_thread_id TEXT NOT NULL PRIMARY KEY, status TEXT NOT NULL);`;

/** Makes a database like Codex's in WAL mode; the caller closes it. */
export function makeCodexDatabase(home: string, name = 'state_5.sqlite'): BetterSqlite.Database {
  const database = new Database(join(home, name));
  database.pragma('journal_mode = WAL');
  database.exec(tables);
  return database;
}

export function openCodexDatabase(home: string): BetterSqlite.Database {
  return new Database(join(home, 'state_5.sqlite'));
}

export interface ThreadFacts {
  id: string;
  path: string;
  mode?: 'legacy' | 'paginated';
  archived?: boolean;
}

export function addThread(
  database: BetterSqlite.Database,
  { id, path, mode = 'paginated', archived }: ThreadFacts,
): void {
  const query = `INSERT INTO threads (id, rollout_path, title, first_user_message, history_mode, archived, archived_at)
    VALUES (?, ?, 'first words', 'first words', ?, ?, ?)`;
  database.prepare(query).run(id, path, mode, archived ? 1 : 0, archived ? 1000 : null);
}

/** Everything that the database says of its threads, by id. */
export function readThreads(home: string): { [id: string]: { [column: string]: unknown } } {
  const database = openCodexDatabase(home);
  try {
    const rows = database.prepare('SELECT * FROM threads').all() as { id: string }[];
    return Object.fromEntries(rows.map((row) => [row.id, row]));
  } finally {
    database.close();
  }
}
