import { describe, expect, it } from 'vitest';
import { queryRows } from '../../src/index/row-query.ts';
import { isIntact, type RowColumns, ThreadTable } from '../../src/index/thread-table.ts';
import { idOf } from '../builders.ts';
import { keysOf, makeDatabase, storedRow } from './thread-rows.ts';

const full = storedRow(1, {
  first_message: 'line\u2028 and "quotes" \\ \u0000',
  cwd: '/home/名前',
  git_branch: 'main',
  model: 'gpt-5',
  source: 'exec',
  created_at: '2026-01-02T03:04:05.678Z',
  updated_at: '2026-01-02T03:04:06Z',
  tokens_used: 7,
  archived: true,
  size_bytes: 12,
  damage: ['TORN-TAIL'],
});

function columnsOf(database: ReturnType<typeof makeDatabase>): (RowColumns & { checksum: number })[] {
  return database.prepare('SELECT * FROM threads ORDER BY id').all() as (RowColumns & { checksum: number })[];
}

describe('a row', () => {
  it('is given as it was put', () => {
    const database = makeDatabase();
    new ThreadTable(database).put(full, keysOf(full, 5));
    const query = { archived: 'only', now: 0, sort: 'updated', reverse: false } as const;
    expect([...queryRows(database, query)]).toEqual([{ row: full, ageMs: 5 }]);
  });

  it('takes the place of an earlier one, with another revision', () => {
    const database = makeDatabase();
    const table = new ThreadTable(database);
    table.put(full, keysOf(full));
    const [before] = columnsOf(database);
    table.put(full, keysOf(full));
    const [after] = columnsOf(database);
    expect(columnsOf(database).length).toBe(1);
    expect(after?.revision).not.toBe(before?.revision);
    table.put(storedRow(2), keysOf(storedRow(2)));
    table.remove(idOf(1));
    expect(columnsOf(database).map(({ thread_id }) => thread_id)).toEqual([idOf(2)]);
    table.remove(idOf(1));
    expect(columnsOf(database).length).toBe(1);
  });

  it.each([full, storedRow(2)])('shows each bit that was flipped in it (%#)', (row) => {
    const database = makeDatabase();
    new ThreadTable(database).put(row, keysOf(row));
    const [columns] = columnsOf(database) as [RowColumns & { checksum: number }];
    expect(isIntact(columns)).toBe(true);
    for (const [name, value] of Object.entries(columns)) {
      // The number that SQLite itself gives a row.
      if (name === 'id') continue;
      for (const flipped of flips(value))
        expect([name, isIntact({ ...columns, [name]: flipped })]).toEqual([name, false]);
    }
  });
});

/** Each value that one flipped bit makes of another. */
function* flips(value: unknown): Generator<unknown> {
  if (value === null) yield* [0, 1, '', 'null'];
  else if (typeof value === 'number') {
    yield null;
    for (let bit = 0; bit < 52; bit++) yield value + (Math.floor(value / 2 ** bit) % 2 === 0 ? 2 ** bit : -(2 ** bit));
  } else if (typeof value === 'string') {
    yield null;
    const bytes = Buffer.from(value);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const copy = Buffer.from(bytes);
      copy[bit >> 3]! ^= 1 << (bit & 7);
      yield copy.toString();
    }
  }
}
