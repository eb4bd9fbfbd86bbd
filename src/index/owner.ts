import { closeSync, lstatSync, openSync, readSync } from 'node:fs';
import type { Database } from './state-db.ts';

/** `SESS`, so that no other program's database is taken for ours; SQLite keeps it in its header. */
export const APPLICATION_ID = 0x53455353;

/** A database that is not for us to use. */
export class NotOurs extends Error {}

/**
 * Whose database a file is, by its header alone: to open another program's could already change it. `unknown` for what is no
 * database, or cannot be read.
 */
export function ownerOf(path: string): 'ours' | 'other' | 'unknown' {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isFile()) return 'unknown';
  const header = Buffer.alloc(72);
  try {
    const file = openSync(path, 'r');
    try {
      readSync(file, header, 0, header.length, 0);
    } finally {
      closeSync(file);
    }
  } catch {
    return 'unknown';
  }
  if (!header.toString('latin1').startsWith(MAGIC)) return 'unknown';
  return header.readUInt32BE(68) === APPLICATION_ID ? 'ours' : 'other';
}

/**
 * Whether a database is still empty or an index of this version. Nothing is changed.
 *
 * @param versions how many migrations there are
 * @throws NotOurs when it is anything else
 */
export function stateOf(database: Database, versions: number): 'empty' | 'ready' {
  const { owner, version, tables } = describe(database);
  if (owner === APPLICATION_ID && version === versions) return 'ready';
  if (tables > 0 && owner !== APPLICATION_ID) throw new NotOurs('it belongs to another program');
  if (version > versions) throw new NotOurs('a later version of sessions made it');
  if (version > 0) throw new NotOurs('an earlier version of sessions made it');
  return 'empty';
}

/** As of one moment: another process may be making the index, and its tables without its mark would be another program's. */
function describe(database: Database): { owner: number; version: number; tables: number } {
  return database.transaction(() => ({
    owner: database.pragma('application_id', { simple: true }) as number,
    version: database.pragma('user_version', { simple: true }) as number,
    tables: database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number,
  }))();
}

const MAGIC = 'SQLite format 3\0';
