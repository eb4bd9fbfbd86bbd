import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Selectors, selectRows } from '../../src/engine/selectors.ts';
import { DamagedRow } from '../../src/index/damaged-row.ts';
import { FileTable } from '../../src/index/file-table.ts';
import { countRows, queryAllRows, queryRows, type RowQuery } from '../../src/index/row-query.ts';
import { Staleness } from '../../src/index/staleness.ts';
import { type Database, openStateDb } from '../../src/index/state-db.ts';
import { type StoredRow, ThreadTable } from '../../src/index/thread-table.ts';
import type { ThreadRow } from '../../src/model/thread-row.ts';
import { idOf } from '../builders.ts';
import { keysOf, makeDatabase, storedRow } from './thread-rows.ts';

const now = Date.parse('2026-06-30T12:00:00Z');
const all: RowQuery = { archived: 'added', now, sort: 'updated', reverse: false };
const sorts = ['created', 'updated', 'size', 'tokens'] as const;

function fill(rows: StoredRow[], ageMs: (row: StoredRow, index: number) => number | null = () => null): Database {
  const database = makeDatabase();
  const table = new ThreadTable(database);
  // One transaction, as for everything that is stored.
  database.transaction(() => {
    for (const [index, row] of rows.entries()) table.put(row, keysOf(row, ageMs(row, index)));
    addFiles(
      database,
      rows.map(({ thread_id }) => thread_id),
    );
  })();
  return database;
}

function addFiles(database: Database, ids: string[]): void {
  const files = new FileTable(database);
  const facts = { folder: '/', archived: 0, compressed: 0, dev: '1', ino: '1', size: 1, mtime_ns: '1' };
  for (const id of ids) files.put({ ...facts, path: `/${id}`, thread_id: id, rollout_id: id });
}

/** The same one, as another process has it open. */
function another(database: Database): Database {
  return openStateDb(database.name, () => {
    throw new Error('it was moved aside');
  });
}

function idsOf(rows: Iterable<{ row: StoredRow }>): string[] {
  return [...rows].map(({ row }) => row.thread_id);
}

describe('rows', () => {
  const rows = Array.from({ length: 1700 }, (_, index) =>
    storedRow(index, {
      // Many of one key, so that pages end among equal ones.
      size_bytes: index % 3,
      tokens_used: index % 5 === 0 ? null : 7,
      updated_at: index % 7 === 0 ? null : new Date(now - (index % 11) * 1000).toISOString(),
      created_at: new Date(now - index).toISOString(),
      archived: index % 2 === 0,
    }),
  );
  const database = fill(rows);

  it.each(sorts)('come page by page and each once, also among equal ones: by %s', (sort) => {
    const forwards = idsOf(queryRows(database, { ...all, sort }));
    expect(new Set(forwards).size).toBe(rows.length);
    expect(forwards).toEqual(idsOf(queryAllRows(database, { ...all, sort })));
    const backwards = idsOf(queryRows(database, { ...all, sort, reverse: true }));
    expect(backwards).toEqual([...forwards].reverse());
    expect(backwards).toEqual(idsOf(queryAllRows(database, { ...all, sort, reverse: true })));
    for (const limit of [0, 1, 499, 500, 501, 1000, 1699, 1700, 1701])
      expect(idsOf(queryRows(database, { ...all, sort }, limit))).toEqual(forwards.slice(0, limit));
  });

  it('are counted', () => {
    expect(countRows(database, all)).toBe(1700);
    expect(countRows(database, { ...all, archived: 'only' })).toBe(850);
    expect(countRows(database, { ...all, archived: 'no', since: now })).toBe(
      rows.filter(({ archived, updated_at }) => !archived && updated_at === new Date(now).toISOString()).length,
    );
  });
});

describe('rows that change while they are read', () => {
  const make = () =>
    fill(
      Array.from({ length: 1200 }, (_, index) =>
        storedRow(index, { updated_at: new Date(now - index * 1000).toISOString() }),
      ),
    );
  const readers = { queryRows, queryAllRows };

  it.each(Object.entries(readers))('come once all the same, with %s', (_name, query) => {
    const database = make();
    const table = new ThreadTable(another(database));
    const seen: string[] = [];
    for (const { row } of query(database, all)) {
      seen.push(row.thread_id);
      // Another process writes to sessions that were not reached yet, and to one that was.
      if (seen.length === 100)
        for (const number of [50, 700, 1100]) {
          const moved = storedRow(number, { updated_at: new Date(now + number).toISOString() });
          table.put(moved, keysOf(moved));
        }
    }
    expect(seen.length).toBe(1200);
    expect(new Set(seen).size).toBe(1200);
  });

  it.each(Object.entries(readers))('and were removed are passed over, with %s', (_name, query) => {
    const database = make();
    const other = another(database);
    const table = new ThreadTable(other);
    const seen: string[] = [];
    for (const { row } of query(database, all)) {
      seen.push(row.thread_id);
      if (seen.length === 100) {
        table.remove(idOf(700));
        other.prepare('DELETE FROM files WHERE thread_id = ?').run(idOf(700));
      }
    }
    expect(new Set([...seen, idOf(700)]).size).toBe(1200);
  });

  it('and are not all made yet are no damage', () => {
    const database = make();
    // Another process has just noted the files of a new session.
    addFiles(database, [idOf(5000)]);
    new Staleness(database).mark(idOf(5000));
    expect(idsOf(queryAllRows(database, all)).length).toBe(1200);
  });
});

describe('a row that is damaged', () => {
  const columns = ['row', 'cwd', 'branch', 'model', 'source', 'archived', 'created_ms', 'updated_ms', 'age_ms', 'size'];
  it.each([...columns, 'tokens', 'revision', 'checksum', 'thread_id'])('is not given: its %s', (column) => {
    const number = ['archived', 'created_ms', 'updated_ms', 'age_ms', 'size', 'tokens', 'revision', 'checksum'];
    const database = fill([
      storedRow(1, { cwd: '/a', git_branch: 'b', model: 'm', source: 's' }),
      storedRow(2, { cwd: '/a' }),
    ]);
    const value = number.includes(column) ? `coalesce(${column}, 6) + 1` : `${column} || 'x'`;
    database.exec(`UPDATE threads SET ${column} = ${value} WHERE thread_id = '${idOf(1)}'`);
    const query = { ...all, archived: column === 'archived' ? ('only' as const) : all.archived };
    expect(() => [...queryRows(database, query)]).toThrow(DamagedRow);
    expect(() => [...queryAllRows(database, query)]).toThrow(DamagedRow);
  });

  it('shows in the number of rows when it is not there', () => {
    const database = fill([storedRow(1), storedRow(2)]);
    database.exec(`DELETE FROM threads WHERE thread_id = '${idOf(1)}'`);
    expect(() => [...queryAllRows(database, all)]).toThrow(DamagedRow);
  });
});

/** What a row may hold that decides whether it is selected. */
const words = fc.constantFrom(null, 'a', 'b', 'a:b', 'A', 'ä', 'a%', '_', '\0', 'a\0b', '😀');
const times = fc.option(fc.constantFrom(0, 1, 1000, -1000, 86_400_000, -86_400_000).map((ms) => now + ms));
const rowArbitrary = fc.record({
  cwd: words,
  git_branch: words,
  model: words,
  source: words,
  archived: fc.boolean(),
  createdMs: times,
  updatedMs: times,
  ageMs: times,
  size_bytes: fc.constantFrom(0, 1, 2, 2 ** 40),
  tokens_used: fc.option(fc.constantFrom(0, 1, 2 ** 53)),
});
/** Mostly absent, because several tests at once leave few rows. */
const seldom = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary });
const word = seldom(words.filter((one) => one !== null));
const duration = seldom(fc.constantFrom(0, 1, 1000, 86_400_000));
const moment = seldom(fc.constantFrom(0, 1, -1, 1000, 86_400_000).map((ms) => now + ms));
const selectorsArbitrary = fc.record({
  cwd: word,
  branch: word,
  model: word,
  source: word,
  olderThan: duration,
  newerThan: duration,
  since: moment,
  until: moment,
  archived: fc.constantFrom('no' as const, 'added' as const, 'only' as const),
  sort: fc.constantFrom(...sorts),
  reverse: fc.boolean(),
});

describe('a row with what SQLite does not store as it is', () => {
  it.each<[string, Partial<StoredRow>]>([
    ['half a surrogate pair', { cwd: '/a\ud800', git_branch: '\udfff', model: '\ud800', source: 'x\ud800' }],
    ['NUL', { cwd: '/a\0b', git_branch: '\0', model: '\0', source: 'a\0' }],
    ['more tokens than an integer holds', { tokens_used: 1e30 }],
    ['tokens below zero', { tokens_used: -3 }],
    ['a long text', { first_message: 'x'.repeat(5_000_000), cwd: 'y'.repeat(100_000) }],
  ])('is given as it was: %s', (_what, facts) => {
    const row = storedRow(1, facts);
    const database = fill([row, storedRow(2)]);
    const expected = JSON.stringify(row);
    const found = [...queryRows(database, all)].find(({ row: { thread_id } }) => thread_id === row.thread_id);
    expect(JSON.stringify(found?.row)).toBe(expected);
    expect(idsOf(queryAllRows(database, all)).length).toBe(2);
  });
});

describe('the rows that a query chooses', () => {
  it('are those that the selectors choose in memory, in the same order', () => {
    fc.assert(
      fc.property(fc.array(rowArbitrary, { maxLength: 12 }), selectorsArbitrary, (facts, selectors) => {
        const timeOf = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
        const stored = facts.map(({ createdMs, updatedMs, ageMs: _, ...rest }, index) =>
          storedRow(index, { ...rest, created_at: timeOf(createdMs), updated_at: timeOf(updatedMs) }),
        );
        const database = fill(stored, (_, index) => facts[index]?.ageMs ?? null);
        const rows = stored.map((row, index): ThreadRow => {
          const age = facts[index]?.ageMs ?? null;
          return { ...row, name: null, live: null, age_at: age === null || age > now ? null : timeOf(age) };
        });
        const expected = selectRows(rows, selectors, now).map(({ thread_id }) => thread_id);
        const query = toQuery(selectors);
        expect(idsOf(queryRows(database, query))).toEqual(expected);
        expect(idsOf(queryAllRows(database, query))).toEqual(expected);
        expect(countRows(database, query)).toBe(expected.length);
        database.close();
      }),
      { numRuns: 300 },
    );
  });
});

function toQuery({
  olderThan,
  newerThan,
  archived,
  sort,
  reverse,
  ...rest
}: Required<Pick<Selectors, 'sort' | 'reverse' | 'archived'>> & Selectors): RowQuery {
  return {
    cwd: rest.cwd,
    branch: rest.branch,
    model: rest.model,
    source: rest.source,
    since: rest.since,
    until: rest.until,
    agedBy: olderThan === undefined ? undefined : now - olderThan,
    agedAfter: newerThan === undefined ? undefined : now - newerThan,
    archived,
    now,
    sort,
    reverse,
  };
}
