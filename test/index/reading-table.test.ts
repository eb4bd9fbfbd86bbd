import { describe, expect, it } from 'vitest';
import { ReadingTable } from '../../src/index/reading-table.ts';
import { idOf } from '../builders.ts';
import { makeDatabase } from './thread-rows.ts';

const state = { path: '/x', offset: 7, summary: { firstMessage: 'half a pair: \ud800' } };

describe('a reading', () => {
  it('is kept for each thread and kind', () => {
    const database = makeDatabase();
    const rows = new ReadingTable(database, 'row');
    const usage = new ReadingTable(database, 'usage');
    rows.put(idOf(1), { offset: 1 });
    rows.put(idOf(1), state);
    usage.put(idOf(1), { offset: 2 });
    expect([rows.get(idOf(1)), usage.get(idOf(1)), rows.get(idOf(2))]).toEqual([state, { offset: 2 }, undefined]);
    rows.remove(idOf(1));
    expect([rows.get(idOf(1)), usage.get(idOf(1))]).toEqual([undefined, { offset: 2 }]);
  });

  it('reads as absent when any bit of it is flipped', () => {
    const database = makeDatabase();
    const table = new ReadingTable(database, 'row');
    table.put(idOf(1), state);
    const bytes = Buffer.from(database.prepare('SELECT state FROM readings').pluck().get() as string);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const copy = Buffer.from(bytes);
      copy[bit >> 3]! ^= 1 << (bit & 7);
      database.prepare('UPDATE readings SET state = ?').run(copy.toString());
      expect(table.get(idOf(1))).toBeUndefined();
    }
  });
});
