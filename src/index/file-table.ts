import { crc32 } from 'node:zlib';
import { DamagedRow } from './damaged-row.ts';
import type { Database } from './state-db.ts';
import { prepared } from './statements.ts';

/** What the index knows of a file: enough to tell whether it is still the same. */
export interface FileRow {
  path: string;
  folder: string;
  thread_id: string;
  rollout_id: string;
  archived: number;
  compressed: number;
  dev: string;
  ino: string;
  size: number;
  /** Nanoseconds since the epoch, as digits that sort as text. */
  mtime_ns: string;
}

export interface ObstacleRow {
  path: string;
  folder: string;
  rule: string;
  message: string;
}

/**
 * Files, folders and obstacles, as they were when they were last looked at. Each is stored with a checksum.
 *
 * What reads them throws `DamagedRow` when one is not as it was written.
 */
export class FileTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Folder path to mtime, of every folder that was listed. */
  folders(): Map<string, string> {
    const rows = this.#all<FolderRow>('SELECT * FROM folders', folderKeys);
    return new Map(rows.map(({ path, mtime_ns }) => [path, mtime_ns]));
  }

  filesIn(folder: string): FileRow[] {
    return this.#all('SELECT * FROM files WHERE folder = ?', fileKeys, folder);
  }

  /** Files that were written to at this time or later, the last ones first; at most so many. */
  filesSince(mtimeNs: string, limit: number): FileRow[] {
    return this.#all(
      'SELECT * FROM files WHERE mtime_ns >= ? ORDER BY mtime_ns DESC LIMIT ?',
      fileKeys,
      mtimeNs,
      limit,
    );
  }

  filesOfThread(threadId: string): FileRow[] {
    return this.#all('SELECT * FROM files WHERE thread_id = ? ORDER BY path', fileKeys, threadId);
  }

  filesOfRollout(rolloutId: string): FileRow[] {
    return this.#all('SELECT * FROM files WHERE rollout_id = ? ORDER BY path', fileKeys, rolloutId);
  }

  threads(): string[] {
    const rows = prepared(this.#database, 'SELECT DISTINCT thread_id FROM files').all() as { thread_id: string }[];
    return rows.map(({ thread_id }) => thread_id);
  }

  obstacles(): ObstacleRow[] {
    return this.#all('SELECT * FROM obstacles ORDER BY path', obstacleKeys);
  }

  put(file: FileRow): void {
    this.#put('files', fileKeys, file);
  }

  remove(path: string): void {
    prepared(this.#database, 'DELETE FROM files WHERE path = ?').run(path);
  }

  putFolder(path: string, mtimeNs: string, obstacles: ObstacleRow[]): void {
    this.#put('folders', folderKeys, { path, mtime_ns: mtimeNs });
    prepared(this.#database, 'DELETE FROM obstacles WHERE folder = ?').run(path);
    for (const obstacle of obstacles) this.#put('obstacles', obstacleKeys, obstacle);
  }

  /** Makes a folder one that has to be listed again. */
  unsettle(path: string): void {
    this.#put('folders', folderKeys, { path, mtime_ns: UNSETTLED });
  }

  removeFolder(path: string): void {
    prepared(this.#database, 'DELETE FROM folders WHERE path = ?').run(path);
    prepared(this.#database, 'DELETE FROM obstacles WHERE folder = ?').run(path);
  }

  #all<Row extends object>(sql: string, keys: readonly (keyof Row)[], ...values: unknown[]): Row[] {
    const rows = prepared(this.#database, sql).all(...values) as (Row & { checksum: number })[];
    return rows.map(({ checksum, ...row }) => {
      if (checksumOf(row as unknown as Row, keys) !== checksum) throw new DamagedRow();
      return row as unknown as Row;
    });
  }

  #put<Row extends object>(table: string, keys: readonly (keyof Row & string)[], row: Row): void {
    const columns = [...keys, 'checksum'];
    const query = `INSERT OR REPLACE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`;
    prepared(this.#database, query).run({ ...row, checksum: checksumOf(row, keys) });
  }
}

/** The mtime of a folder that may have changed since it was listed. */
export const UNSETTLED = 'unsettled';

interface FolderRow {
  path: string;
  mtime_ns: string;
}

const folderKeys = ['path', 'mtime_ns'] as const;
const obstacleKeys = ['path', 'folder', 'rule', 'message'] as const;
const fileKeys = [
  'path',
  'folder',
  'thread_id',
  'rollout_id',
  'archived',
  'compressed',
  'dev',
  'ino',
  'size',
  'mtime_ns',
] as const;

function checksumOf<Row extends object>(row: Row, keys: readonly (keyof Row)[]): number {
  return crc32(JSON.stringify(keys.map((key) => row[key])));
}
