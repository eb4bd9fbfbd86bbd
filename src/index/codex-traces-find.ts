import { copyFileSync, lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import type { IdSearch } from '../store/id-search.ts';
import { findCodexDatabase } from './codex-db.ts';
import { type KnownTable, knownTables, quote, readSchema } from './codex-traces-tables.ts';
import { databaseState } from './database-state.ts';

/** What a database holds of a session. */
export interface DatabaseTrace {
  threadId: string;
  /** Null for bytes in space that is free but not overwritten. */
  table: string | null;
  /** Rows, or places in free space. */
  count: number;
  /** Codex itself keeps it when it deletes a session. */
  isKept: boolean;
}

/**
 * Finds what a database of Codex, or of anybody, holds of sessions. It is read from a private copy: opening it would make
 * files beside it. In tables that are known, rows count that belong to a session; anywhere else, each row that names one.
 *
 * @param isThorough also looks at space that is free
 * @throws Error when it cannot be read
 */
export function findInDatabase(path: string, search: IdSearch, isThorough: boolean): DatabaseTrace[] {
  for (let attempt = 1; ; attempt++) {
    try {
      return inCopy(path, (database, folder) => {
        const rows = findRows(database, basename(path), search);
        return isThorough ? [...rows, ...findResidue(path, database, folder, search)] : rows;
      });
    } catch (error) {
      // Somebody wrote to it while it was copied.
      if (attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

/** The same without free space, in a database that is open. */
export function findRows(database: BetterSqlite.Database, file: string, search: IdSearch): DatabaseTrace[] {
  const known = knownTables(file);
  const traces: DatabaseTrace[] = [];
  for (const { type, name, columns } of readSchema(database)) {
    if (type !== 'table') continue;
    const table = known?.[name];
    const isKnown = table !== undefined && columns.every((column) => table.columns.has(column));
    const counts = isKnown
      ? countKnown(database, { name, columns, table }, search)
      : countNaming(database, name, columns, search);
    for (const [threadId, count] of counts) {
      traces.push({ threadId, table: name, count, isKept: isKnown && table.isKept });
    }
  }
  return traces;
}

/**
 * Which threads each thread has spawned, as Codex's database has it; none where there is no database, or one of a version that
 * keeps them elsewhere. The home is not touched.
 *
 * @throws Error when it cannot be read
 */
export function readSpawnEdges(home: string): Map<string, string[]> {
  const edges = new Map<string, string[]>();
  const path = findCodexDatabase(home);
  if (!path) return edges;
  return inCopy(path, (database) => {
    const table = readSchema(database).find(({ name }) => name === 'thread_spawn_edges');
    if (!table?.columns.includes('parent_thread_id') || !table.columns.includes('child_thread_id')) return edges;
    const query = 'SELECT parent_thread_id AS parent, child_thread_id AS child FROM thread_spawn_edges';
    for (const { parent, child } of database.prepare(query).all() as { parent: string; child: string }[]) {
      edges.set(parent, [...(edges.get(parent) ?? []), child]);
    }
    return edges;
  });
}

interface Found {
  name: string;
  columns: string[];
  table: KnownTable;
}

function countKnown(database: BetterSqlite.Database, { name, columns, table }: Found, search: IdSearch) {
  const counts = new Map<string, number>();
  const ids = JSON.stringify(search.ids);
  for (const column of table.own.filter((one) => columns.includes(one))) {
    const query = `SELECT ${quote(column)} AS id, count(*) AS count FROM ${quote(name)}
      WHERE ${quote(column)} IN (SELECT value FROM json_each(?)) GROUP BY 1`;
    for (const { id, count } of database.prepare(query).all(ids) as { id: string; count: number }[]) {
      add(counts, search.ownerOf(id) as string, count);
    }
  }
  const own = table.own.filter((one) => columns.includes(one)).map(quote);
  const naming = [
    // A row that belongs to a session is of no other one, whatever it says.
    { named: table.texts, test: own.map((one) => `${one} IS NULL`), values: {} },
    // One that was counted already is not counted twice.
    {
      named: Object.keys(table.replaced),
      test: own.map((one) => `coalesce(${one} NOT IN (SELECT value FROM json_each(@ids)), 1)`),
      values: { ids },
    },
  ];
  for (const { named, test, values } of naming) {
    const there = named.filter((one) => columns.includes(one));
    const rows = countNaming(database, name, there, search, test.join(' AND '), values);
    for (const [threadId, count] of rows) add(counts, threadId, count);
  }
  return counts;
}

/** Rows in which one of these columns names a session. */
function countNaming(
  database: BetterSqlite.Database,
  table: string,
  columns: string[],
  search: IdSearch,
  where = '',
  values: object = {},
): Map<string, number> {
  const counts = new Map<string, number>();
  if (columns.length === 0) return counts;
  const selected = columns.map(quote).join(', ');
  const query = `SELECT ${selected} FROM ${quote(table)} ${where && `WHERE ${where}`}`;
  for (const row of database
    .prepare(query)
    .raw()
    .iterate(...(Object.keys(values).length > 0 && where ? [values] : [])) as Iterable<unknown[]>) {
    const owners = new Set(row.flatMap((value) => [...search.ownersIn(value)]));
    for (const owner of owners) add(counts, owner, 1);
  }
  return counts;
}

/** Places in the file and its log that are no longer there once all that is free is left out. */
function findResidue(path: string, database: BetterSqlite.Database, folder: string, search: IdSearch): DatabaseTrace[] {
  const counts = countBytes(path, search);
  if (counts.size === 0) return [];
  const living = countLiving(database, folder, search);
  return [...counts].flatMap(([threadId, count]) => {
    const left = count - (living.get(threadId) ?? 0);
    return left > 0 ? [{ threadId, table: null, count: left, isKept: false }] : [];
  });
}

/** The same once all that is free is left out. */
function countLiving(database: BetterSqlite.Database, folder: string, search: IdSearch): Map<string, number> {
  if (folder === '') {
    database.exec('VACUUM');
    return search.countInBytes(database.serialize());
  }
  const tight = join(folder, 'tight.sqlite');
  database.prepare('VACUUM INTO ?').run(tight);
  return search.countIn(tight);
}

/** How often each session is named in the bytes of a database and what lies beside it. */
export function countBytes(path: string, search: IdSearch): Map<string, number> {
  const counts = new Map<string, number>();
  for (const suffix of ['', '-wal', '-journal']) {
    for (const [threadId, count] of search.countIn(`${path}${suffix}`)) add(counts, threadId, count);
  }
  return counts;
}

function add(counts: Map<string, number>, threadId: string, count: number): void {
  counts.set(threadId, (counts.get(threadId) ?? 0) + count);
}

/**
 * Reads a database without touching its home: a small one in memory, so that no copy outlives a process that is killed; a large
 * one, and for a moment one with a log, from a private copy.
 */
function inCopy<Result>(path: string, read: (database: BetterSqlite.Database, folder: string) => Result): Result {
  const log = ['-wal', '-journal'].filter((suffix) => sizeOf(`${path}${suffix}`) > 0);
  const isSmall = sizeOf(path) + sizeOf(`${path}-wal`) <= MOST_IN_MEMORY;
  if (!isSmall) return inFileCopy(path, log, read);
  const image =
    log.length === 0 ? atRest(readUnchanged(path)) : atRest(inFileCopy(path, log, (database) => database.serialize()));
  const database = open(image);
  try {
    return read(database, '');
  } finally {
    database.close();
  }
}

function inFileCopy<Result>(
  path: string,
  logs: readonly string[],
  read: (database: BetterSqlite.Database, folder: string) => Result,
): Result {
  const folder = mkdtempSync(join(tmpdir(), 'sessions-'));
  try {
    const copy = join(folder, basename(path));
    const before = databaseState(path);
    for (const suffix of ['', ...logs]) copyFileSync(`${path}${suffix}`, `${copy}${suffix}`);
    if (databaseState(path) !== before) throw new Error('somebody writes to it');
    const database = open(copy);
    try {
      return read(database, folder);
    } finally {
      database.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readUnchanged(path: string): Buffer {
  const before = databaseState(path);
  const image = readFileSync(path);
  if (databaseState(path) !== before) throw new Error('somebody writes to it');
  return image;
}

function open(source: string | Buffer): BetterSqlite.Database {
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  return new Database(source);
}

/** Bytes 18 and 19 of the header say that a log belongs to the database; a database in memory has none. */
function atRest(image: Buffer): Buffer {
  if (image.length > 19 && image[18] === 2) image.fill(1, 18, 20);
  return image;
}

function sizeOf(path: string): number {
  const facts = lstatSync(path, { throwIfNoEntry: false });
  return facts?.isFile() ? facts.size : 0;
}

const MOST_ATTEMPTS = 5;
const MOST_IN_MEMORY = 32 << 20;
