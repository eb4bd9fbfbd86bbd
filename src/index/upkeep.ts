import { FileTable } from './file-table.ts';
import { Staleness } from './staleness.ts';
import type { Database } from './state-db.ts';

/** How much is in the index. `stale` counts the rows that will be made anew when they are next needed. */
export interface IndexCounts {
  threads: number;
  files: number;
  stale: number;
}

export function countIndex(database: Database): IndexCounts {
  const count = (table: string) =>
    (database.prepare(`SELECT count(*) AS rows FROM ${table}`).get() as { rows: number }).rows;
  return { threads: count('threads'), files: count('files'), stale: count('stale') };
}

/**
 * Makes the index take nothing that it holds for granted any more: every folder is to be listed, and every row to be made anew.
 * Rows stay until they are replaced, so that a listing of another process meanwhile lacks none; texts and usages go, and are made
 * anew when they are next asked for.
 */
export function forgetAll(database: Database): void {
  const forget = database.transaction(() => {
    const files = new FileTable(database);
    const staleness = new Staleness(database);
    const threads = database.prepare('SELECT thread_id FROM threads UNION SELECT thread_id FROM files');
    for (const { thread_id: id } of threads.all() as { thread_id: string }[]) staleness.mark(id);
    for (const folder of files.folders().keys()) files.unsettle(folder);
    database.exec(`
      REINDEX;
      DELETE FROM readings;
      DELETE FROM settings;
      DELETE FROM usages;
      DELETE FROM texts;
      DELETE FROM text_files;
      INSERT INTO words (words) VALUES ('delete-all');
    `);
  });
  forget.immediate();
}

/** Empties the index of what it knows of files; what is derived from them follows when it is next looked at. */
export function clearIndex(database: Database): void {
  const tables = ['threads', 'files', 'folders', 'obstacles', 'dependencies', 'stale', 'readings', 'settings'];
  const clear = database.transaction(() => {
    for (const table of tables) database.exec(`DELETE FROM ${table}`);
  });
  clear.immediate();
}

/** What SQLite itself finds wrong with the database, at most twenty faults. Most flipped bits are not among them. */
export function integrityFaults(database: Database): string[] {
  const lines = database.pragma('integrity_check(20)') as { integrity_check: string }[];
  return lines.map((line) => line.integrity_check).filter((line) => line !== 'ok');
}

export function sqliteVersion(database: Database): string {
  return (database.prepare('SELECT sqlite_version() AS version').get() as { version: string }).version;
}
