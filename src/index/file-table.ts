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

/** Files, folders and obstacles, as they were when they were last looked at. */
export class FileTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Folder path to mtime, of every folder that was listed. */
  folders(): Map<string, string> {
    const rows = this.#all<{ path: string; mtime_ns: string }>('SELECT path, mtime_ns FROM folders');
    return new Map(rows.map(({ path, mtime_ns }) => [path, mtime_ns]));
  }

  filesIn(folder: string): FileRow[] {
    return this.#all('SELECT * FROM files WHERE folder = ?', folder);
  }

  /** Files that were written to at this time or later. */
  filesSince(mtimeNs: string): FileRow[] {
    return this.#all('SELECT * FROM files WHERE mtime_ns >= ?', mtimeNs);
  }

  filesOfThread(threadId: string): FileRow[] {
    return this.#all('SELECT * FROM files WHERE thread_id = ? ORDER BY path', threadId);
  }

  filesOfRollout(rolloutId: string): FileRow[] {
    return this.#all('SELECT * FROM files WHERE rollout_id = ? ORDER BY path', rolloutId);
  }

  obstacles(): ObstacleRow[] {
    return this.#all('SELECT * FROM obstacles ORDER BY path');
  }

  put(file: FileRow): void {
    this.#run(
      `INSERT OR REPLACE INTO files VALUES (@path, @folder, @thread_id, @rollout_id, @archived, @compressed, @dev, @ino, @size, @mtime_ns)`,
      file,
    );
  }

  remove(path: string): void {
    this.#run('DELETE FROM files WHERE path = ?', path);
  }

  putFolder(path: string, mtimeNs: string, obstacles: ObstacleRow[]): void {
    this.#run('INSERT OR REPLACE INTO folders VALUES (?, ?)', path, mtimeNs);
    this.#run('DELETE FROM obstacles WHERE folder = ?', path);
    for (const obstacle of obstacles) {
      this.#run('INSERT OR REPLACE INTO obstacles VALUES (@path, @folder, @rule, @message)', obstacle);
    }
  }

  removeFolder(path: string): void {
    this.#run('DELETE FROM folders WHERE path = ?', path);
    this.#run('DELETE FROM obstacles WHERE folder = ?', path);
  }

  #all<Row>(sql: string, ...values: unknown[]): Row[] {
    return prepared(this.#database, sql).all(...values) as Row[];
  }

  #run(sql: string, ...values: unknown[]): void {
    prepared(this.#database, sql).run(...values);
  }
}
