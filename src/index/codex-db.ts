import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';

/**
 * Names of paginated threads from the real Codex's own database: `threads.name`, which Codex fills since 0.145 and only for
 * those. Its `title` column is no name: it holds the first message for most threads.
 *
 * The home is not touched: a database at rest is read as bytes, one with a write-ahead log from a private copy, because
 * merely opening it would create files beside it.
 *
 * @returns thread id to name; empty where there is no database, or one of a version without names
 * @throws Error when there is a database and it cannot be read
 */
export async function readCodexNames(home: string): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const path = findCodexDatabase(home);
  if (!path) return names;
  await withDatabase(path, (database) => {
    const columns = database.prepare('PRAGMA table_info(threads)').all() as { name: string }[];
    const has = (column: string) => columns.some(({ name }) => name === column);
    if (!has('name') || !has('history_mode')) return;
    const query = "SELECT id, name FROM threads WHERE history_mode = 'paginated' AND name IS NOT NULL AND name <> ''";
    for (const row of database.prepare(query).all() as { id: string; name: string }[]) {
      names.set(row.id.toLowerCase(), row.name);
    }
  });
  return names;
}

/** The newest `state_N.sqlite`; Codex raises N when it breaks with its past. */
export function findCodexDatabase(home: string): string | null {
  const numbers = readdirSync(home).flatMap((name) => /^state_(\d+)\.sqlite$/.exec(name)?.[1] ?? []);
  const newest = numbers.map(Number).sort((a, b) => b - a)[0];
  return newest === undefined ? null : join(home, `state_${newest}.sqlite`);
}

async function withDatabase(path: string, read: (database: BetterSqlite.Database) => void): Promise<void> {
  // Opening a pipe would wait for a writer.
  if (!statSync(path).isFile()) throw new Error(`${path} is not a regular file`);
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  const log = `${path}-wal`;
  if (!existsSync(log) || statSync(log).size === 0) {
    const database = new Database(atRest(readFileSync(path)));
    try {
      read(database);
    } finally {
      database.close();
    }
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'sessions-'));
  try {
    const copy = join(folder, 'state.sqlite');
    await copyFile(path, copy);
    await copyFile(log, `${copy}-wal`);
    const database = new Database(copy);
    try {
      read(database);
    } finally {
      database.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Bytes 18 and 19 of the header say that a log belongs to the database; a database in memory has none. */
function atRest(image: Buffer): Buffer {
  if (image.length > 19 && image[18] === 2) image.fill(1, 18, 20);
  return image;
}
