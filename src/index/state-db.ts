import { statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import { Failure } from '../base/failure.ts';
import { migrations } from './migrations/all.ts';
import { isIrregular, isTaken, moveAside, unusableReason } from './move-aside.ts';
import { APPLICATION_ID, NotOurs, ownerOf, stateOf } from './owner.ts';

/**
 * Opens the index of a home, and makes it where there is none. It holds nothing that the files do not: whatever is damaged,
 * of another version, of somebody else or locked for good is moved aside and made anew.
 *
 * @param onReplaced told why an existing database was moved aside, and where to
 * @throws Failure `trouble` when none can be made, such as on a full or read-only disk
 */
export function openStateDb(path: string, onReplaced: (reason: string, movedTo: string) => void): Database {
  for (let attempt = 0; ; attempt++) {
    try {
      return open(path);
    } catch (error) {
      const reason = unusableReason(error);
      // Where there is nothing to move away, another would be no better.
      if (!reason || attempt === 2 || !isTaken(path))
        throw new Failure('trouble', `the index cannot be used: ${(error as Error).message}`, {
          file: path,
          cause: error,
        });
      onReplaced(reason, moveAside(path));
    }
  }
}

export type Database = BetterSqlite.Database;
export type Statement = BetterSqlite.Statement;

/** The WAL-reset bug of SQLite, which loses commits with several connections, is mended from this version on. */
const OLDEST_SQLITE = [3, 51, 3] as const;
const BUSY_MS = 5000;

function open(path: string): Database {
  // Opening a folder or a device would only fail later, and a link could lead anywhere.
  if (isIrregular(path)) throw new NotOurs('it is not a regular file');
  if (ownerOf(path) === 'other') throw new NotOurs('it belongs to another program');
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  const database = new Database(path, { timeout: BUSY_MS });
  try {
    assertVersion(database);
    // Before the log is switched on, so that the header says whose it is as soon as there is one.
    migrate(database);
    database.pragma(`journal_mode = ${isLocal(path) ? 'WAL' : 'DELETE'}`);
    // The index can be lost; what it must not do is cost a disk flush for each session.
    database.pragma('synchronous = NORMAL');
    // What was taken out because it must not be kept is gone from the file as well.
    database.pragma('secure_delete = ON');
    database.pragma('cache_size = -16000');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function assertVersion(database: Database): void {
  const { version } = database.prepare('SELECT sqlite_version() AS version').get() as { version: string };
  const parts = version.split('.').map(Number);
  const difference = OLDEST_SQLITE.map((wanted, index) => (parts[index] ?? 0) - wanted).find((part) => part !== 0) ?? 0;
  if (difference < 0)
    throw new Failure('trouble', `SQLite ${version} may lose writes; ${OLDEST_SQLITE.join('.')} or later is needed`);
}

function migrate(database: Database): void {
  if (stateOf(database, migrations.length) === 'ready') return;
  const run = database.transaction(() => {
    // Another process may have made the tables meanwhile.
    if (stateOf(database, migrations.length) === 'ready') return;
    for (const migration of migrations) database.exec(migration);
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma(`user_version = ${migrations.length}`);
  });
  run.immediate();
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
