import type { Database } from './state-db.ts';

/**
 * What is read through it is of one moment, however long the reader takes; writers do not wait for it, because the log keeps
 * what it needs. On a network file system there is no log, and a reader that takes its time would lock everybody out: there,
 * each statement is of its own moment.
 */
export function* inSnapshot<T>(database: Database, read: () => Generator<T>): Generator<T> {
  const begins = !database.inTransaction && database.pragma('journal_mode', { simple: true }) === 'wal';
  if (begins) database.exec('BEGIN');
  try {
    yield* read();
  } finally {
    if (begins && database.open && database.inTransaction) database.exec('COMMIT');
  }
}
