import { DamagedRow } from './damaged-row.ts';
import { inSnapshot } from './snapshot.ts';
import type { Database } from './state-db.ts';
import {
  areKeysIntact,
  isIntact,
  type KeyColumns,
  keyColumns,
  type RowColumns,
  type StoredRow,
} from './thread-table.ts';

/** Which rows, in which order. The same tests as `selectors.ts` makes over rows in memory. */
export interface RowQuery {
  archived: 'no' | 'added' | 'only';
  cwd?: string | undefined;
  branch?: string | undefined;
  model?: string | undefined;
  source?: string | undefined;
  /** Milliseconds since the epoch, both for `updated_ms`. */
  since?: number | undefined;
  until?: number | undefined;
  /** `age_ms` at this time or before, but not in the future. */
  agedBy?: number | undefined;
  /** `age_ms` after this time, but not in the future. */
  agedAfter?: number | undefined;
  now: number;
  sort: 'created' | 'updated' | 'size' | 'tokens';
  reverse: boolean;
}

/** A row as it was stored. */
export interface FoundRow {
  row: StoredRow;
  ageMs: number | null;
}

/**
 * The rows that match, in order, as soon as they can be had: SQLite's own indexes are relied upon. They are read in pages, each
 * of which begins where the one before ended.
 *
 * @throws DamagedRow when a row's checksum is wrong
 */
export function* queryRows(database: Database, query: RowQuery, limit = Number.POSITIVE_INFINITY): Generator<FoundRow> {
  yield* inSnapshot(database, () => pages(database, query, limit));
}

function* pages(database: Database, query: RowQuery, limit: number): Generator<FoundRow> {
  const { where, values } = conditions(query);
  const column = sortColumns[query.sort];
  const [order, beyond] = query.reverse ? ['ASC', '>'] : ['DESC', '<'];
  const ordered = `ORDER BY ${column} ${order}, thread_id ${order} LIMIT ?`;
  const first = `SELECT * FROM threads WHERE ${where} ${ordered}`;
  const next = `SELECT * FROM threads WHERE ${where} AND (${column}, thread_id) ${beyond} (?, ?) ${ordered}`;
  let last: RowColumns | undefined;
  for (let given = 0; given < limit; ) {
    const size = Math.min(PAGE_ROWS, limit - given);
    const place = last ? [last[column], last.thread_id] : [];
    const page = database.prepare(last ? next : first).all(...values, ...place, size) as RowColumns[];
    for (const columns of page) yield readFoundRow(columns);
    given += page.length;
    last = page.at(-1);
    if (page.length < size) return;
  }
}

/**
 * Every row that matches, in order, without relying on any of the database's own indexes: the table is read through, and its
 * rows are sorted here. What is selected by is verified in every row, since a damaged one may not match any more; a row that is
 * missing shows in the count of the files' threads.
 *
 * @throws DamagedRow when a row is not as it was written, or missing
 */
export function* queryAllRows(database: Database, query: RowQuery): Generator<FoundRow> {
  yield* inSnapshot(database, () => wholeTable(database, query));
}

function* wholeTable(database: Database, query: RowQuery): Generator<FoundRow> {
  const column = sortColumns[query.sort];
  const keys = matchingKeys(database, query).map((found) => ({
    id: found.id,
    key: found[column],
    name: found.thread_id,
  }));
  const direction = query.reverse ? -1 : 1;
  keys.sort((a, b) => direction * (b.key - a.key || (a.name < b.name ? 1 : -1)));
  const byId = database.prepare('SELECT * FROM threads NOT INDEXED WHERE id = ?');
  for (const { id, name } of keys) {
    const columns = byId.get(id) as RowColumns | undefined;
    if (columns?.thread_id !== name) throw new DamagedRow();
    yield readFoundRow(columns);
  }
}

/**
 * How many rows match, with the same care.
 *
 * @throws DamagedRow when a row is not as it was written, or missing
 */
export function countRows(database: Database, query: RowQuery): number {
  return database.transaction(() => matchingKeys(database, query).length)();
}

function matchingKeys(database: Database, query: RowQuery): (KeyColumns & { id: number })[] {
  assertComplete(database);
  const { where, values } = conditions(query);
  const columns = ['id', ...keyColumns, 'checksum'].join(', ');
  const rows = database.prepare(`SELECT ${columns}, (${where}) AS matches FROM threads NOT INDEXED`).iterate(...values);
  const found: (KeyColumns & { id: number })[] = [];
  for (const row of rows as IterableIterator<KeyColumns & { id: number; matches: number | null }>) {
    if (!areKeysIntact(row)) throw new DamagedRow();
    if (row.matches) found.push(row);
  }
  return found;
}

/** Every row of the table; null for one that is not as it was written. */
export function* readStoredRows(database: Database): Generator<{ threadId: string; row: StoredRow | null }> {
  for (const columns of database.prepare('SELECT * FROM threads NOT INDEXED').iterate()) {
    const { thread_id: threadId, row } = columns as RowColumns;
    yield { threadId, row: isIntact(columns as RowColumns) ? (JSON.parse(row) as StoredRow) : null };
  }
}

/** Every thread that has a file has a row, but for those whose row another process is making just now. */
function assertComplete(database: Database): void {
  const counts = database
    .prepare(
      `SELECT (SELECT count(*) FROM threads NOT INDEXED) AS rows,
        (SELECT count(DISTINCT thread_id) FROM files) AS threads,
        (SELECT count(*) FROM stale) AS stale`,
    )
    .get() as { rows: number; threads: number; stale: number };
  if (counts.rows !== counts.threads && counts.stale === 0) throw new DamagedRow();
}

/** @throws DamagedRow when it is not as it was written */
export function readFoundRow(columns: RowColumns): FoundRow {
  if (!isIntact(columns)) throw new DamagedRow();
  return { row: JSON.parse(columns.row) as StoredRow, ageMs: columns.age_ms };
}

const sortColumns = { created: 'created_ms', updated: 'updated_ms', size: 'size', tokens: 'tokens' } as const;
const PAGE_ROWS = 500;

function conditions(query: RowQuery): { where: string; values: (string | number)[] } {
  const tests: string[] = [];
  const values: (string | number)[] = [];
  const test = (sql: string, ...given: (string | number)[]) => {
    tests.push(sql);
    values.push(...given);
  };
  if (query.archived === 'added') test('archived IN (0, 1)');
  else test('archived = ?', query.archived === 'only' ? 1 : 0);
  if (query.cwd !== undefined) test('cwd = ?', query.cwd);
  if (query.branch !== undefined) test('branch = ?', query.branch);
  if (query.model !== undefined) test('model = ?', query.model);
  // `subagent` also means `subagent:review`.
  if (query.source !== undefined)
    test("(source = ? OR substr(source, 1, length(?) + 1) = ? || ':')", query.source, query.source, query.source);
  if (query.since !== undefined) test('updated_ms >= ?', query.since);
  if (query.until !== undefined) test('updated_ms < ? AND updated_ms > -9000000000000000', query.until);
  if (query.agedBy !== undefined) test('age_ms <= ? AND age_ms <= ?', query.agedBy, query.now);
  if (query.agedAfter !== undefined) test('age_ms > ? AND age_ms <= ?', query.agedAfter, query.now);
  return { where: tests.join(' AND '), values };
}
