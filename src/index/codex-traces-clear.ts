import { lstatSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import type { IdSearch } from '../store/id-search.ts';
import { isSafeSqlite } from './codex-edit.ts';
import { countBytes } from './codex-traces-find.ts';
import {
  type KnownTable,
  type KnownTables,
  knownTables,
  NOBODY,
  OWN_INDEX,
  quote,
  readSchema,
  strangerIn,
} from './codex-traces-tables.ts';

/**
 * Removes from a database of Codex what it holds of sessions, in one transaction, and overwrites it: rows that were deleted
 * stay readable in the file otherwise, those that Codex itself deleted before as well. Its journal mode is kept. Nothing is
 * changed in one that is not known in all its parts. Running it again does the rest of a run that was cut short.
 *
 * @returns why something is left; null when all is gone
 */
export function clearDatabase(path: string, search: IdSearch): string | null {
  const known = basename(path) === OWN_INDEX ? null : knownTables(basename(path));
  if (!known) return 'it is not known, and is not changed';
  if (!lstatSync(path).isFile()) return 'it is not a regular file';
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  let database: BetterSqlite.Database | null = null;
  try {
    database = new Database(path, { fileMustExist: true, timeout: LONGEST_WAIT_MS });
    return clear(database, known, path, search);
  } catch (error) {
    const code = String((error as { code?: unknown }).code ?? '');
    if (!code.startsWith('SQLITE_')) throw error;
    if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return 'somebody has it locked';
    return `it cannot be changed: ${(error as Error).message}`;
  } finally {
    database?.close();
  }
}

function clear(database: BetterSqlite.Database, known: KnownTables, path: string, search: IdSearch): string | null {
  const { version } = database.prepare('SELECT sqlite_version() AS version').get() as { version: string };
  if (!isSafeSqlite(version)) return `with SQLite ${version} two programs can damage it, so it is not changed`;
  const stranger = strangerIn(database, known);
  if (stranger !== null) return `${stranger}, so it is not changed`;
  database.pragma('secure_delete = ON');
  database.function('names_session', { deterministic: true }, (value) => (search.ownersIn(value).size > 0 ? 1 : 0));
  const change = database.transaction((): string | null => {
    // A Codex of another version may have been faster.
    const newcomer = strangerIn(database, known);
    if (newcomer !== null) return `${newcomer}, so it is not changed`;
    for (const { type, name, columns } of readSchema(database)) {
      const table = known[name];
      if (type === 'table' && table && !table.isKept) clearTable(database, name, columns, table, search);
    }
    return null;
  });
  return change.immediate() ?? overwrite(database, path, search);
}

function clearTable(
  database: BetterSqlite.Database,
  name: string,
  columns: string[],
  table: KnownTable,
  search: IdSearch,
): void {
  const ids = JSON.stringify(search.ids);
  const target = quote(name);
  const own = table.own.filter((column) => columns.includes(column)).map(quote);
  for (const column of own) database.prepare(`DELETE FROM ${target} WHERE ${column} IN ${IDS}`).run(ids);
  for (const column of table.texts.filter((one) => columns.includes(one))) {
    const isNobodys = own.map((one) => ` AND ${one} IS NULL`).join('');
    database.exec(`DELETE FROM ${target} WHERE names_session(${quote(column)})${isNobodys}`);
  }
  for (const [column, by] of Object.entries(table.replaced)) {
    if (!columns.includes(column)) continue;
    const at = quote(column);
    if (by === 'nothing') database.prepare(`UPDATE ${target} SET ${at} = NULL WHERE ${at} IN ${IDS}`).run(ids);
    else replaceIn(database, target, at, search);
  }
}

function replaceIn(database: BetterSqlite.Database, table: string, column: string, search: IdSearch): void {
  const update = database.prepare(
    `UPDATE ${table} SET ${column} = replace(${column}, @id, '${NOBODY}') WHERE instr(${column}, @id)`,
  );
  for (const id of search.ids) update.run({ id });
}

/**
 * What was deleted by this connection is zeros already; what others deleted before is left out when the database is written
 * anew. The log is emptied, because it holds what pages were before.
 */
function overwrite(database: BetterSqlite.Database, path: string, search: IdSearch): string | null {
  if (!emptyLog(database)) return 'its log cannot be emptied while somebody reads it';
  if (countBytes(path, search).size === 0) return null;
  const { bavail, bsize } = statfsSync(dirname(path));
  if (bavail * bsize < 3 * lstatSync(path).size) {
    return 'rows are gone, but there is no room on the disk to write it anew, so free space in it is not overwritten';
  }
  database.exec('VACUUM');
  return emptyLog(database) ? null : 'its log cannot be emptied while somebody reads it';
}

function emptyLog(database: BetterSqlite.Database): boolean {
  if (database.pragma('journal_mode', { simple: true }) !== 'wal') return true;
  const [result] = database.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  return result?.busy === 0;
}

const IDS = '(SELECT value FROM json_each(?))';
const LONGEST_WAIT_MS = 5000;
