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

/** What SQLite itself finds wrong with the database, at most twenty faults. Most flipped bits are not among them. */
export function integrityFaults(database: Database): string[] {
  const lines = database.pragma('integrity_check(20)') as { integrity_check: string }[];
  return lines.map((line) => line.integrity_check).filter((line) => line !== 'ok');
}

export function sqliteVersion(database: Database): string {
  return (database.prepare('SELECT sqlite_version() AS version').get() as { version: string }).version;
}
