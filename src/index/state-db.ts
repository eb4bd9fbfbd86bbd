import { lstatSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import { Failure } from '../base/failure.ts';
import { migrations } from './migrations/all.ts';

/**
 * Opens the index of a home, and makes it where there is none. It holds nothing that the files do not: whatever is damaged,
 * of another version, of somebody else or locked for good is moved aside and made anew.
 *
 * @param onReplaced told why an existing database was moved aside, and where to
 * @throws Failure `trouble` when none can be made, such as on a full or read-only disk
 */
export function openStateDb(
  path: string,
  onReplaced: (reason: string, movedTo: string) => void,
): BetterSqlite.Database {
  for (let attempt = 0; ; attempt++) {
    try {
      return open(path);
    } catch (error) {
      const reason = unusableReason(error);
      if (!reason || attempt === 2)
        throw new Failure('trouble', `the index cannot be used: ${(error as Error).message}`, {
          file: path,
          cause: error,
        });
      onReplaced(reason, moveAside(path));
    }
  }
}

/** Moves a database away, with its log; its place is free then. Returns the new path. */
export function moveAside(path: string): string {
  let target = `${path}.broken`;
  for (let number = 1; exists(target); number++) target = `${path}.broken-${number}`;
  if (exists(path)) renameSync(path, target);
  for (const companion of ['-wal', '-shm', '-journal']) rmSync(`${path}${companion}`, { force: true });
  return target;
}

/** Why a database cannot be used; null for an error that another database would not mend. */
export function unusableReason(error: unknown): string | null {
  if (error instanceof NotOurs) return error.message;
  const { code } = error as { code?: string };
  if (!code?.startsWith('SQLITE_')) return null;
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'it is locked by another program';
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return 'it is damaged';
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_PERM') || code.startsWith('SQLITE_AUTH'))
    return 'it cannot be opened';
  if (code.startsWith('SQLITE_READONLY')) return 'it is read-only';
  // A table or a column that is not what the code expects.
  return code.startsWith('SQLITE_ERROR') ? 'its tables are not as expected' : null;
}

export type Database = BetterSqlite.Database;
export type Statement = BetterSqlite.Statement;

class NotOurs extends Error {}

/** `SESS`, so that no other program's database is taken for ours. */
const APPLICATION_ID = 0x53455353;
/** The WAL-reset bug of SQLite, which loses commits with several connections, is mended from this version on. */
const OLDEST_SQLITE = [3, 51, 3] as const;
const BUSY_MS = 5000;

function open(path: string): BetterSqlite.Database {
  // Opening a folder or a device would only fail later, and a link could lead anywhere.
  if (exists(path) && !lstatSync(path).isFile()) throw new NotOurs('it is not a regular file');
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  const database = new Database(path, { timeout: BUSY_MS });
  try {
    assertVersion(database);
    database.pragma(`journal_mode = ${isLocal(path) ? 'WAL' : 'DELETE'}`);
    // The index can be lost; what it must not do is cost a disk flush for each session.
    database.pragma('synchronous = NORMAL');
    database.pragma('cache_size = -16000');
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function assertVersion(database: BetterSqlite.Database): void {
  const { version } = database.prepare('SELECT sqlite_version() AS version').get() as { version: string };
  const parts = version.split('.').map(Number);
  const difference = OLDEST_SQLITE.map((wanted, index) => (parts[index] ?? 0) - wanted).find((part) => part !== 0) ?? 0;
  if (difference < 0)
    throw new Failure('trouble', `SQLite ${version} may lose writes; ${OLDEST_SQLITE.join('.')} or later is needed`);
}

function migrate(database: BetterSqlite.Database): void {
  if (stateOf(database) === 'ready') return;
  // Another process may have made the tables meanwhile.
  const run = database.transaction(() => {
    if (stateOf(database) === 'ready') return;
    for (const migration of migrations) database.exec(migration);
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma(`user_version = ${migrations.length}`);
  });
  run.immediate();
}

/** @throws NotOurs when it is neither empty nor an index of this version */
function stateOf(database: BetterSqlite.Database): 'empty' | 'ready' {
  const owner = database.pragma('application_id', { simple: true }) as number;
  const version = database.pragma('user_version', { simple: true }) as number;
  if (owner === APPLICATION_ID && version === migrations.length) return 'ready';
  const { tables } = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number };
  if (tables > 0 && owner !== APPLICATION_ID) throw new NotOurs('it belongs to another program');
  if (version > migrations.length) throw new NotOurs('a later version of sessions made it');
  if (version > 0) throw new NotOurs('an earlier version of sessions made it');
  return 'empty';
}

/** Network file systems break the shared memory that a write-ahead log needs. */
function isLocal(path: string): boolean {
  try {
    const { type } = statfsSync(dirname(path));
    // NFS, SMB, SMB2, CIFS, FUSE, 9P.
    return ![0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0x65735546, 0x01021997].includes(type >>> 0);
  } catch {
    return false;
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
