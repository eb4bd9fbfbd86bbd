import { copyFileSync, existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import { databaseState } from './database-state.ts';

/**
 * Names from the real Codex's own database, as Codex lists them: for a paginated thread `threads.name`, which it fills since
 * 0.145; for any other the `title`, where that is not the first message. A fork that 0.120 makes has its name nowhere else.
 *
 * The home is not touched: a database at rest is read as bytes, one with a write-ahead log from a private copy, because
 * merely opening it would create files beside it.
 *
 * @returns thread id to name; empty where there is no database, or one of a version without names
 * @throws Error when there is a database and it cannot be read
 */
export async function readCodexNames(home: string): Promise<Map<string, string>> {
  const path = findCodexDatabase(home);
  return path ? withDatabase(path, namesIn) : new Map();
}

/** What a listing takes from Codex's own database, in one reading of it; see `readCodexNames`. */
export interface CodexNews {
  names: Map<string, string>;
  /** Ids of the threads that Codex wrote to since the time that was asked for; `threads.updated_at`. */
  written: string[];
}

/**
 * The names, and which threads Codex wrote to.
 *
 * @param since seconds since the epoch
 * @throws Error when there is a database and it cannot be read
 */
export async function readCodexNews(home: string, since: number): Promise<CodexNews> {
  const path = findCodexDatabase(home);
  if (!path) return { names: new Map(), written: [] };
  return withDatabase(path, (database) => {
    const query = 'SELECT id FROM threads WHERE updated_at >= ?';
    const written = columnsOf(database).has('updated_at') ? database.prepare(query).all(since) : [];
    return { names: namesIn(database), written: (written as { id: string }[]).map(({ id }) => id.toLowerCase()) };
  });
}

function namesIn(database: BetterSqlite.Database): Map<string, string> {
  const names = new Map<string, string>();
  const columns = columnsOf(database);
  const hasModes = columns.has('name') && columns.has('history_mode');
  if (hasModes) {
    const query = "SELECT id, name FROM threads WHERE history_mode = 'paginated' AND name <> ''";
    for (const { id, name } of database.prepare(query).all() as { id: string; name: string }[]) {
      names.set(id.toLowerCase(), name);
    }
  }
  if (!columns.has('title') || !columns.has('first_user_message')) return names;
  const query = `SELECT id, title, first_user_message AS message FROM threads
    WHERE title <> first_user_message ${hasModes ? "AND history_mode <> 'paginated'" : ''}`;
  for (const { id, title, message } of database.prepare(query).all() as Titled[]) {
    const name = title.trim();
    if (name !== '' && name !== message.trim()) names.set(id.toLowerCase(), name);
  }
  return names;
}

function columnsOf(database: BetterSqlite.Database): Set<string> {
  const columns = database.prepare('PRAGMA table_info(threads)').all() as { name: string }[];
  return new Set(columns.map(({ name }) => name));
}

interface Titled {
  id: string;
  title: string;
  message: string;
}

/**
 * Threads whose memory is switched off in the real Codex's own database, `threads.memory_mode`. The home is not touched.
 *
 * @returns thread ids; none where there is no database, or one of a version without memory modes
 * @throws Error when there is a database and it cannot be read
 */
export async function readCodexMemoryOff(home: string): Promise<Set<string>> {
  const ids = new Set<string>();
  const path = findCodexDatabase(home);
  if (!path) return ids;
  await withDatabase(path, (database) => {
    if (!columnsOf(database).has('memory_mode')) return;
    const rows = database.prepare("SELECT id FROM threads WHERE memory_mode = 'disabled'").all() as { id: string }[];
    for (const { id } of rows) ids.add(id.toLowerCase());
  });
  return ids;
}

/** The newest `state_N.sqlite`; Codex raises N when it breaks with its past. */
export function findCodexDatabase(home: string): string | null {
  const numbers = readdirSync(home).flatMap((name) => /^state_(\d+)\.sqlite$/.exec(name)?.[1] ?? []);
  const newest = numbers.map(Number).sort((a, b) => b - a)[0];
  return newest === undefined ? null : join(home, `state_${newest}.sqlite`);
}

/** Another text whenever somebody wrote to Codex's database, be it to its file or to its log. */
export function codexDatabaseStamp(home: string): string {
  const path = findCodexDatabase(home);
  if (!path) return 'none';
  return [path, `${path}-wal`]
    .map((file) => {
      const facts = lstatSync(file, { bigint: true, throwIfNoEntry: false });
      return facts ? `${facts.ino} ${facts.size} ${facts.mtimeNs}` : '-';
    })
    .join('; ');
}

/**
 * Reads a database that belongs to Codex, without touching the home.
 *
 * @throws Error when it cannot be read
 */
export async function withDatabase<Result>(
  path: string,
  read: (database: BetterSqlite.Database) => Result,
): Promise<Result> {
  // Opening a pipe would wait for a writer.
  if (!statSync(path).isFile()) throw new Error(`${path} is not a regular file`);
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  const log = `${path}-wal`;
  const before = databaseState(path);
  const image = !existsSync(log) || statSync(log).size === 0 ? readFileSync(path) : null;
  if (image && databaseState(path) === before) {
    const database = new Database(atRest(image));
    try {
      return read(database);
    } finally {
      database.close();
    }
  }
  const folder = mkdtempSync(join(tmpdir(), 'sessions-'));
  try {
    const copy = join(folder, 'state.sqlite');
    for (let attempt = 1; ; attempt++) {
      const before = databaseState(path);
      rmSync(`${copy}-wal`, { force: true });
      copyFileSync(path, copy);
      if (existsSync(log)) copyFileSync(log, `${copy}-wal`);
      // Pages that moved from the log into the database between both copies would be in neither.
      if (databaseState(path) === before) break;
      if (attempt === MOST_ATTEMPTS) throw new Error(`somebody writes to ${path}`);
    }
    const database = new Database(copy);
    try {
      return read(database);
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

const MOST_ATTEMPTS = 5;
