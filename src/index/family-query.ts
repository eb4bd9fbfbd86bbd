import { crc32 } from 'node:zlib';
import { DamagedRow } from './damaged-row.ts';
import { type FoundRow, readFoundRow } from './row-query.ts';
import { inSnapshot } from './snapshot.ts';
import type { Database } from './state-db.ts';
import type { RowColumns, StoredRow } from './thread-table.ts';

/**
 * The rows of all threads that come from another one. Without relying on the database's own indexes: the table is read
 * through, the checksum of every row is verified, and few are parsed.
 *
 * @throws DamagedRow when a row is not as it was written, or missing
 */
export function* queryLinkedRows(database: Database): Generator<StoredRow> {
  yield* inSnapshot(database, () => linkedRows(database));
}

function* linkedRows(database: Database): Generator<StoredRow> {
  const rows = database.prepare('SELECT row, row_sum FROM threads NOT INDEXED').iterate();
  let count = 0;
  for (const { row, row_sum } of rows as IterableIterator<Pick<RowColumns, 'row' | 'row_sum'>>) {
    if (typeof row !== 'string' || crc32(row) !== row_sum) throw new DamagedRow();
    count++;
    // Quotes inside of a JSON text are escaped, so that these are no part of one.
    if (linkKeys.some((key) => row.includes(key))) yield JSON.parse(row) as StoredRow;
  }
  const { threads, stale } = database
    .prepare('SELECT (SELECT count(DISTINCT thread_id) FROM files) AS threads, (SELECT count(*) FROM stale) AS stale')
    .get() as { threads: number; stale: number };
  if (count !== threads && stale === 0) throw new DamagedRow();
}

const linkKeys = ['"forked_from_id":"', '"parent_thread_id":"'];

/** The rows of these threads, of those that have one. @throws DamagedRow when a row's checksum is wrong */
export function* queryRowsOf(database: Database, threadIds: Iterable<string>): Generator<FoundRow> {
  const byId = database.prepare('SELECT * FROM threads WHERE thread_id = ?');
  for (const id of threadIds) {
    const columns = byId.get(id) as RowColumns | undefined;
    if (columns) yield readFoundRow(columns);
  }
}
