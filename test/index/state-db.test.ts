import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { Failure } from '../../src/base/failure.ts';
import { migrations } from '../../src/index/migrations/all.ts';
import { moveAside, unusableReason } from '../../src/index/move-aside.ts';
import { stateOf } from '../../src/index/owner.ts';
import { openStateDb } from '../../src/index/state-db.ts';
import { makeFolder } from '../builders.ts';
import { Database } from '../support/list-sessions.ts';

/** Opens an index, and tells why one was moved aside. */
function open(path: string) {
  const replaced: string[] = [];
  const database = openStateDb(path, (reason) => replaced.push(reason));
  return { database, replaced };
}

describe('the database', () => {
  it('is made with all tables, in WAL mode and with a mark of ours', () => {
    const path = join(makeFolder(), 'state.db');
    const { database, replaced } = open(path);
    expect(replaced).toEqual([]);
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(database.pragma('user_version', { simple: true })).toBe(migrations.length);
    expect(database.pragma('application_id', { simple: true })).toBe(0x53455353);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    database.close();
  });

  it('is kept when it is opened again, also by several at once', () => {
    const path = join(makeFolder(), 'state.db');
    const first = open(path);
    first.database.exec("INSERT INTO settings VALUES ('kept', '1')");
    const second = open(path);
    expect(second.database.prepare('SELECT value FROM settings').pluck().all()).toEqual(['1']);
    first.database.close();
    second.database.close();
    const third = open(path);
    expect([second.replaced, third.replaced]).toEqual([[], []]);
    expect(third.database.prepare('SELECT value FROM settings').pluck().all()).toEqual(['1']);
    expect(readdirSync(join(path, '..')).filter((name) => name.includes('broken'))).toEqual([]);
  });

  it('is not taken for another program’s while another process makes it', () => {
    const path = join(makeFolder(), 'state.db');
    const looking = new Database(path);
    const prepare = looking.prepare.bind(looking);
    const outcomes: string[] = [];
    // Behind the mark, before the tables.
    looking.prepare = ((sql: string) => {
      try {
        change(path, 'PRAGMA busy_timeout = 1; CREATE TABLE threads (id); PRAGMA application_id = 0x53455353', false);
        outcomes.push('made');
      } catch (error) {
        outcomes.push((error as { code: string }).code);
      }
      return prepare(sql);
    }) as typeof looking.prepare;
    expect(stateOf(looking, migrations.length)).toBe('empty');
    expect(outcomes).toEqual(['SQLITE_BUSY']);
    looking.close();
  });

  it('is made in an empty file', () => {
    const path = join(makeFolder(), 'state.db');
    writeFileSync(path, '');
    expect(open(path).replaced).toEqual([]);
  });

  it.each<[string, string, (path: string) => void]>([
    ['garbage', 'it is damaged', (path) => writeFileSync(path, 'no database'.repeat(500))],
    ['a folder', 'it is not a regular file', (path) => mkdirSync(path)],
    ['a link', 'it is not a regular file', (path) => symlinkSync('/dev/null', path)],
    ['a link to nowhere', 'it is not a regular file', (path) => symlinkSync('/no/such/file', path)],
    ["another program's", 'it belongs to another program', (path) => change(path, 'CREATE TABLE threads (id)', false)],
    [
      "another program's, with a mark of its own",
      'it belongs to another program',
      (path) => change(path, 'CREATE TABLE t (id); PRAGMA application_id = 1', false),
    ],
    ['newer', 'a later version of sessions made it', (path) => change(path, 'PRAGMA user_version = 1000')],
    [
      'older',
      'an earlier version of sessions made it',
      (path) => change(path, `PRAGMA user_version = ${migrations.length - 1}`),
    ],
    ['without a version', 'its tables are not as expected', (path) => change(path, 'PRAGMA user_version = 0')],
  ])('is moved aside and made anew when there is %s', (_what, reason, make) => {
    const path = join(makeFolder(), 'state.db');
    make(path);
    const before = lstatSync(path);
    const { database, replaced } = open(path);
    expect(replaced).toEqual([reason]);
    expect(database.prepare('SELECT count(*) FROM threads').pluck().get()).toBe(0);
    expect(lstatSync(`${path}.broken`).ino).toBe(before.ino);
    database.close();
    expect(open(path).replaced).toEqual([]);
  });

  it('of another program is not changed', () => {
    const path = join(makeFolder(), 'state.db');
    change(path, 'CREATE TABLE t (id); INSERT INTO t VALUES (1)', false);
    const before = readFileSync(path);
    open(path);
    expect(readFileSync(`${path}.broken`)).toEqual(before);
  });

  it('needs a folder', () => {
    const path = join(makeFolder(), 'missing/state.db');
    expect(() => open(path)).toThrow(Failure);
    expect(() => open(path)).toThrow('the index cannot be used');
  });

  it('needs an SQLite that loses no writes', () => {
    const path = join(makeFolder(), 'state.db');
    const prepare = vi.spyOn(Database.prototype, 'prepare').mockImplementation(() => {
      return { get: () => ({ version: '3.51.2' }) } as never;
    });
    try {
      expect(() => open(path)).toThrow('SQLite 3.51.2 may lose writes; 3.51.3 or later is needed');
    } finally {
      prepare.mockRestore();
    }
    expect(open(path).replaced).toEqual([]);
  });
});

describe('moving aside', () => {
  it('finds a free name each time', () => {
    const path = join(makeFolder(), 'state.db');
    const names = ['a', 'b', 'c'].map((content) => {
      writeFileSync(path, content);
      return moveAside(path);
    });
    expect(names).toEqual([`${path}.broken`, `${path}.broken-1`, `${path}.broken-2`]);
    expect(names.map((name) => readFileSync(name, 'utf8'))).toEqual(['a', 'b', 'c']);
  });

  it('leaves no log behind, whatever it is', () => {
    const folder = makeFolder();
    const path = join(folder, 'state.db');
    writeFileSync(path, '');
    writeFileSync(`${path}-wal`, '');
    mkdirSync(`${path}-shm`);
    moveAside(path);
    expect(readdirSync(folder).filter((name) => name.startsWith('state.db-'))).toEqual([]);
  });

  it('is no fault when there is nothing', () => {
    const path = join(makeFolder(), 'state.db');
    expect(moveAside(path)).toBe(`${path}.broken`);
  });
});

describe('an error', () => {
  it.each([
    ['SQLITE_CORRUPT_VTAB', 'it is damaged'],
    ['SQLITE_NOTADB', 'it is damaged'],
    ['SQLITE_BUSY_SNAPSHOT', 'it is locked by another program'],
    ['SQLITE_CANTOPEN_ISDIR', 'it cannot be opened'],
    ['SQLITE_READONLY_DBMOVED', 'it is read-only'],
    ['SQLITE_ERROR', 'its tables are not as expected'],
    ['SQLITE_FULL', null],
    ['ENOSPC', null],
    [undefined, null],
  ])('with code %s is that of a database: %s', (code, reason) => {
    expect(unusableReason(Object.assign(new Error('x'), code === undefined ? {} : { code }))).toBe(reason);
  });
});

/** Changes a database; one of ours if not said otherwise. */
function change(path: string, sql: string, isOurs = true): void {
  const database = isOurs ? open(path).database : new Database(path);
  database.exec(sql);
  database.close();
}
