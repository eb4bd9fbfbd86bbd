import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { IdSearch } from '../store/id-search.ts';
import { countBytes } from './codex-traces-find.ts';
import { OWN_INDEX } from './codex-traces-tables.ts';
import { ownerOf } from './owner.ts';
import { openStateDb } from './state-db.ts';
import { TextTable } from './text-table.ts';

/**
 * Takes sessions out of our own index for good: rows, texts, the words of them, and what was counted. What is removed is
 * overwritten, and the log emptied. Indexes that were moved aside hold nothing that is needed: one that names such a session
 * goes. Nothing is made where there is no index.
 *
 * @param wordsOf as the texts were put in
 */
export function forgetThreads(home: string, search: IdSearch, wordsOf: (text: string) => string): void {
  const path = join(home, OWN_INDEX);
  if (existsSync(path) && ownerOf(path) === 'ours') forgetIn(path, search, wordsOf);
  for (const aside of movedAside(home)) if (search.countIn(aside).size > 0) rmSync(aside);
}

/** Earlier indexes of this program that were moved away, with what lies beside them. */
export function movedAside(home: string): string[] {
  const names = readdirSync(home).filter((name) => /^state\.db\.broken(-\d+)?$/.test(name));
  const ours = names.filter((name) => ownerOf(join(home, name)) === 'ours');
  const all = ours.flatMap((name) => ['', '-wal', '-shm', '-journal'].map((suffix) => `${name}${suffix}`));
  return all.map((name) => join(home, name)).filter((path) => existsSync(path));
}

function forgetIn(path: string, search: IdSearch, wordsOf: (text: string) => string): void {
  const database = openStateDb(path, () => {});
  try {
    const threads = search.threads.map(({ threadId }) => threadId);
    const texts = new TextTable(database, wordsOf);
    for (const file of texts.filesOf(threads)) texts.remove(file);
    const forget = database.transaction(() => {
      const ids = JSON.stringify(threads);
      for (const table of keyed) {
        const query = `DELETE FROM ${table} WHERE thread_id IN (SELECT value FROM json_each(?))`;
        database.prepare(query).run(ids);
      }
      // What is remembered of Codex's database is read again.
      const settings = database.prepare('SELECT key, value FROM settings').all() as { key: string; value: string }[];
      const drop = database.prepare('DELETE FROM settings WHERE key = ?');
      for (const { key, value } of settings) if (search.ownersIn(value).size > 0) drop.run(key);
    });
    forget.immediate();
    database.pragma('wal_checkpoint(TRUNCATE)');
    // Rows that were moved from page to page may have left their bytes behind.
    if (countBytes(path, search).size > 0) {
      database.exec('VACUUM');
      database.pragma('wal_checkpoint(TRUNCATE)');
    }
  } finally {
    database.close();
  }
}

const keyed = ['threads', 'files', 'dependencies', 'stale', 'readings', 'usages'];
