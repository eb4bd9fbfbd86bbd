import { describe, expect, it } from 'vitest';
import { type Database, openStateDb } from '../../src/index/state-db.ts';
import { ThreadTable } from '../../src/index/thread-table.ts';
import { type KnownThread, UsageTable } from '../../src/index/usage-table.ts';
import { idOf, makeFolder } from '../builders.ts';
import { keysOf, makeDatabase, storedRow } from './thread-rows.ts';

function addThread(database: Database, number: number): void {
  const row = storedRow(number);
  new ThreadTable(database).put(row, keysOf(row));
}

function known(table: UsageTable, number = 1): KnownThread {
  const found = [...table.all()].filter(({ threadId }) => threadId === idOf(number));
  expect(found).toHaveLength(1);
  return found[0] as KnownThread;
}

describe('a usage', () => {
  it('belongs to its thread until the thread changes', () => {
    const database = makeDatabase();
    const table = new UsageTable(database);
    addThread(database, 1);
    addThread(database, 2);
    expect(known(table).usage).toBeNull();
    table.put([{ ...known(table), usage: 'used: \ud83d\ude00' }]);
    expect([known(table).usage, known(table, 2).usage]).toEqual(['used: \ud83d\ude00', null]);
    addThread(database, 1);
    expect(known(table).usage).toBeNull();
  });

  it('is not kept when the thread changed while it was read', () => {
    const database = makeDatabase();
    const table = new UsageTable(database);
    addThread(database, 1);
    const before = known(table);
    addThread(database, 1);
    table.put([{ ...before, usage: 'of yesterday' }]);
    table.put([{ threadId: idOf(9), revision: 1, usage: 'of no thread' }]);
    expect(known(table).usage).toBeNull();
    expect(database.prepare('SELECT count(*) FROM usages').pluck().get()).toBe(0);
  });

  it('is removed with its thread', () => {
    const database = makeDatabase();
    const table = new UsageTable(database);
    addThread(database, 1);
    table.put([{ ...known(table), usage: 'used' }]);
    new ThreadTable(database).remove(idOf(1));
    expect(database.prepare('SELECT count(*) FROM usages').pluck().get()).toBe(0);
  });

  it('reads as absent when any bit of it is flipped', () => {
    const database = makeDatabase();
    const table = new UsageTable(database);
    addThread(database, 1);
    table.put([{ ...known(table), usage: '[12,"x"]' }]);
    const bytes = Buffer.from('[12,"x"]');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const copy = Buffer.from(bytes);
      copy[bit >> 3]! ^= 1 << (bit & 7);
      database.prepare('UPDATE usages SET usage = CAST(? AS TEXT)').run(copy);
      expect(known(table).usage).toBeNull();
    }
    database.prepare('UPDATE usages SET usage = ?').run('[12,"x"]');
    expect(known(table).usage).toBe('[12,"x"]');
  });

  it('of each of many threads is found, while another process writes', () => {
    const path = `${makeFolder()}/state.db`;
    const open = () => openStateDb(path, (reason) => expect.fail(reason));
    const [ours, theirs] = [open(), open()];
    for (let number = 1; number <= 2500; number++) addThread(ours, number);
    const table = new UsageTable(ours);
    let count = 0;
    for (const thread of table.all()) {
      new UsageTable(theirs).put([{ ...thread, usage: `of ${thread.threadId}` }]);
      if (count++ === 1500) break;
    }
    const usages = [...table.all()].filter(({ threadId, usage }) => usage === `of ${threadId}`);
    expect(usages).toHaveLength(1501);
    expect(new Set([...table.all()].map(({ threadId }) => threadId)).size).toBe(2500);
    for (const database of [ours, theirs]) database.close();
  });
});
