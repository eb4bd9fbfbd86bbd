import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { withDatabase } from '../../src/index/codex-db.ts';
import { findInDatabase } from '../../src/index/codex-traces-find.ts';
import { IdSearch } from '../../src/store/id-search.ts';
import { idOf } from '../builders.ts';

const meanwhile = vi.hoisted(() => ({ act: (_: string) => {} }));
vi.mock('node:fs', async (load) => {
  const fs = await load<typeof import('node:fs')>();
  const copyFileSync = (from: string, to: string) => {
    fs.copyFileSync(from, to);
    meanwhile.act(from);
  };
  return { ...fs, copyFileSync };
});

const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
const search = new IdSearch([{ threadId: idOf(1), rolloutIds: [] }]);
let home: string;
let writer: BetterSqlite.Database;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sessions-busy-'));
  writer = new Database(join(home, 'goals_1.sqlite'));
  writer.pragma('journal_mode = WAL');
  writer.exec('CREATE TABLE thread_goals (thread_id TEXT PRIMARY KEY, objective TEXT)');
  writer.pragma('wal_checkpoint(TRUNCATE)');
  writer.prepare('INSERT INTO thread_goals VALUES (?, ?)').run(idOf(1), 'the goal');
});
afterEach(() => {
  writer.close();
  rmSync(home, { recursive: true, force: true });
});

it('a row is not missed that moves from the log into the database between the copies of both', () => {
  let moved = 0;
  meanwhile.act = (path) => {
    if (path.endsWith('-wal') || moved++ > 0) return;
    writer.pragma('wal_checkpoint(TRUNCATE)');
    writer.prepare('INSERT INTO thread_goals VALUES (?, ?)').run(idOf(2), 'another one');
  };
  expect(find()).toMatchObject([{ table: 'thread_goals', count: 1 }]);
  expect(moved).toBe(2);
});

it('what is only added to the log meanwhile is no trouble', () => {
  let added = 0;
  meanwhile.act = () => {
    writer.prepare('INSERT INTO thread_goals VALUES (?, ?)').run(idOf(10 + added++), 'one more');
  };
  expect(find()).toMatchObject([{ table: 'thread_goals', count: 1 }]);
  expect(added).toBe(2);
});

it('one that is never at rest is not taken for empty', () => {
  let number = 10;
  meanwhile.act = (path) => {
    if (path.endsWith('-wal')) return;
    writer.pragma('wal_checkpoint(TRUNCATE)');
    writer.prepare('INSERT INTO thread_goals VALUES (?, ?)').run(idOf(number++), 'one more');
  };
  expect(find).toThrow('somebody writes to it');
});

it('nor does who reads what Codex has pinned or named miss one', async () => {
  let moved = 0;
  meanwhile.act = (path) => {
    if (path.endsWith('-wal') || moved++ > 0) return;
    writer.pragma('wal_checkpoint(TRUNCATE)');
    writer.prepare('INSERT INTO thread_goals VALUES (?, ?)').run(idOf(2), 'another one');
  };
  const query = 'SELECT thread_id FROM thread_goals ORDER BY 1';
  const ids = await withDatabase(join(home, 'goals_1.sqlite'), (database) => database.prepare(query).pluck().all());
  expect([ids, moved]).toEqual([[idOf(1), idOf(2)], 2]);
});

function find() {
  return findInDatabase(join(home, 'goals_1.sqlite'), search, false);
}
