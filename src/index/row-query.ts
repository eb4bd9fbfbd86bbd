import type { Database } from './state-db.ts';
import { isIntact, type RowColumns, type StoredRow } from './thread-table.ts';

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

/** A stored row is not what was written: the index is damaged. */
export class DamagedRow extends Error {
  constructor() {
    super('a row of the index is damaged');
  }
}

/**
 * The rows that match, in order, read in pages that each begin where the one before ended, so that a long listing holds no
 * lock and sees no row twice.
 *
 * @throws DamagedRow when a row's checksum is wrong
 */
export function* queryRows(database: Database, query: RowQuery, limit = Number.POSITIVE_INFINITY): Generator<FoundRow> {
  const { where, values } = conditions(query);
  const column = sortColumns[query.sort];
  const [order, beyond] = query.reverse ? ['ASC', '>'] : ['DESC', '<'];
  const first = `SELECT * FROM threads WHERE ${where} ORDER BY ${column} ${order}, thread_id ${order} LIMIT ?`;
  const next = `SELECT * FROM threads WHERE ${where} AND (${column}, thread_id) ${beyond} (?, ?) ORDER BY ${column} ${order}, thread_id ${order} LIMIT ?`;
  let last: (RowColumns & { checksum: number }) | undefined;
  let given = 0;
  while (given < limit) {
    const size = Math.min(PAGE_ROWS, limit - given);
    const place = last ? [last[column], last.thread_id] : [];
    const page = database.prepare(last ? next : first).all(...values, ...place, size) as (RowColumns & {
      checksum: number;
    })[];
    for (const columns of page) {
      if (!isIntact(columns)) throw new DamagedRow();
      yield { row: JSON.parse(columns.row) as StoredRow, ageMs: columns.age_ms };
    }
    given += page.length;
    last = page.at(-1);
    if (page.length < size) return;
  }
}

/**
 * How many rows match, without trusting any of the database's own indexes.
 *
 * @throws DamagedRow when rows are missing, or one is not as it was written
 */
export function countRows(database: Database, query: RowQuery): number {
  assertComplete(database);
  const { where, values } = conditions(query);
  let count = 0;
  const rows = database.prepare(`SELECT * FROM threads NOT INDEXED WHERE ${where}`).iterate(...values);
  for (const columns of rows as IterableIterator<RowColumns & { checksum: number }>) {
    if (!isIntact(columns)) throw new DamagedRow();
    count++;
  }
  return count;
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

/**
 * Every row that matches, in order, without trusting any of the database's own indexes: the table is read through, and its
 * rows are sorted here. A row that is missing shows in the count of the files' threads.
 *
 * @throws DamagedRow when a row's checksum is wrong, or rows are missing
 */
export function* queryAllRows(database: Database, query: RowQuery): Generator<FoundRow> {
  const { where, values } = conditions(query);
  assertComplete(database);
  const column = sortColumns[query.sort];
  const keys = database
    .prepare(`SELECT id, ${column} AS key, thread_id FROM threads NOT INDEXED WHERE ${where}`)
    .all(...values) as { id: number; key: number; thread_id: string }[];
  const direction = query.reverse ? -1 : 1;
  keys.sort((a, b) => direction * (b.key - a.key || (a.thread_id < b.thread_id ? 1 : -1)));
  const byId = database.prepare('SELECT * FROM threads NOT INDEXED WHERE id = ?');
  for (const { id, thread_id } of keys) {
    const columns = byId.get(id) as (RowColumns & { checksum: number }) | undefined;
    if (!columns || columns.thread_id !== thread_id || !isIntact(columns)) throw new DamagedRow();
    yield { row: JSON.parse(columns.row) as StoredRow, ageMs: columns.age_ms };
  }
}
