import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { readCodexNames } from '../../src/index/codex-db.ts';
import { idOf, makeHome, type TestHome } from '../builders.ts';

const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;

const rows = [
  [idOf(1), 'a title', 'a name', 'paginated'],
  [idOf(2).toUpperCase(), 'a title', 'named 名前', 'paginated'],
  [idOf(3), 'a title', null, 'paginated'],
  [idOf(4), 'a title', '', 'paginated'],
  [idOf(5), 'a title', 'stale', 'legacy'],
];
const expected = { [idOf(1)]: 'a name', [idOf(2)]: 'named 名前' };

describe("names from Codex's database", () => {
  it('are those of paginated threads', async () => {
    const home = makeHome();
    create(home, 'state_5.sqlite').close();
    expect(await names(home)).toEqual(expected);
  });

  it.each([
    ['with', 'title TEXT, first_user_message TEXT, name TEXT, history_mode TEXT'],
    ['without', 'title TEXT, first_user_message TEXT'],
  ])(
    'are titles of other threads that are not the first message, in a database %s history modes',
    async (_what, columns) => {
      const home = makeHome();
      const database = new Database(join(home.path, 'state_5.sqlite'));
      database.exec(`CREATE TABLE threads (id TEXT PRIMARY KEY, ${columns})`);
      const insert = database.prepare('INSERT INTO threads (id, title, first_user_message) VALUES (?, ?, ?)');
      insert.run(idOf(1), 'hello\n', ' hello');
      insert.run(idOf(2).toUpperCase(), '  a name ', 'hello');
      insert.run(idOf(3), ' ', 'hello');
      insert.run(idOf(4), 'no message', '');
      insert.run(idOf(5), 'no message', null);
      insert.run(idOf(6), 'of a paginated thread', 'hello');
      const hasModes = columns.includes('history_mode');
      if (hasModes) database.exec(`UPDATE threads SET history_mode = iif(id = '${idOf(6)}', 'paginated', 'legacy')`);
      database.close();
      const titles = { [idOf(2)]: 'a name', [idOf(4)]: 'no message' };
      expect(await names(home)).toEqual(hasModes ? titles : { ...titles, [idOf(6)]: 'of a paginated thread' });
    },
  );

  it('are read from a database at rest that is in WAL mode, and nothing is made beside it', async () => {
    const home = makeHome();
    const database = create(home, 'state_5.sqlite');
    database.pragma('journal_mode = WAL');
    database.exec("UPDATE threads SET name = 'changed' WHERE name = 'a name'");
    database.close();
    const before = listing(home);
    expect(await names(home)).toEqual({ ...expected, [idOf(1)]: 'changed' });
    expect(listing(home)).toEqual(before);
  });

  it('are read from the log of a database that somebody has open, and nothing is changed', async () => {
    const home = makeHome();
    const database = create(home, 'state_5.sqlite');
    database.pragma('journal_mode = WAL');
    database.pragma('wal_autocheckpoint = 0');
    database.exec("UPDATE threads SET name = 'only in the log' WHERE name = 'a name'");
    const before = listing(home);
    expect(before.map(({ name }) => name)).toContain('state_5.sqlite-wal');
    expect(await names(home)).toEqual({ ...expected, [idOf(1)]: 'only in the log' });
    expect(listing(home)).toEqual(before);
    database.close();
  });

  it('are read while a transaction is open, as they were before it', async () => {
    const home = makeHome();
    const database = create(home, 'state_5.sqlite');
    database.pragma('journal_mode = WAL');
    database.exec("BEGIN IMMEDIATE; UPDATE threads SET name = 'not yet' WHERE name = 'a name'");
    expect(await names(home)).toEqual(expected);
    database.exec('COMMIT');
    database.close();
  });

  it('are those of the newest database', async () => {
    const home = makeHome();
    create(home, 'state_5.sqlite').close();
    const newer = create(home, 'state_10.sqlite');
    newer.exec(`DELETE FROM threads WHERE id <> '${idOf(1)}'`);
    newer.close();
    home.write('state_x.sqlite', 'no database');
    expect(await names(home)).toEqual({ [idOf(1)]: 'a name' });
  });

  it.each([
    ['names', 'CREATE TABLE threads (id TEXT, title TEXT, history_mode TEXT)'],
    ['history modes', 'CREATE TABLE threads (id TEXT, title TEXT, name TEXT)'],
    ['threads', 'CREATE TABLE other (id TEXT)'],
  ])('are none in a database without %s', async (_what, sql) => {
    const home = makeHome();
    const database = new Database(join(home.path, 'state_5.sqlite'));
    database.exec(sql);
    database.close();
    expect(await names(home)).toEqual({});
  });

  it('are none where there is no database', async () => {
    expect(await names(makeHome())).toEqual({});
  });
});

describe('a database that cannot be read', () => {
  it.each([
    ['garbage', Buffer.from('this is not a database, not by far '.repeat(40))],
    ['cut short', null],
    ['a header only', Buffer.from('SQLite format 3\0')],
  ])('is an error: %s', async (_what, bytes) => {
    const home = makeHome();
    create(home, 'state_5.sqlite').close();
    const path = join(home.path, 'state_5.sqlite');
    writeFileSync(path, bytes ?? readFileSync(path).subarray(0, 5000));
    await expect(readCodexNames(home.path)).rejects.toThrow();
  });

  it('is an error, and never waited for: a pipe or a folder', async () => {
    const piped = makeHome();
    execFileSync('mkfifo', [join(piped.path, 'state_5.sqlite')]);
    await expect(readCodexNames(piped.path)).rejects.toThrow('not a regular file');
    const foldered = makeHome();
    mkdirSync(join(foldered.path, 'state_5.sqlite'));
    await expect(readCodexNames(foldered.path)).rejects.toThrow('not a regular file');
  });

  it('is an error: a link that leads nowhere', async () => {
    const home = makeHome();
    symlinkSync('/no/such/file', join(home.path, 'state_5.sqlite'));
    await expect(readCodexNames(home.path)).rejects.toThrow();
  });

  it('of no bytes has no names', async () => {
    const home = makeHome();
    home.write('state_5.sqlite', '');
    expect(await names(home)).toEqual({});
  });
});

function create(home: TestHome, name: string): BetterSqlite.Database {
  const database = new Database(join(home.path, name));
  database.exec('CREATE TABLE threads (id TEXT PRIMARY KEY, title TEXT, name TEXT, history_mode TEXT)');
  const insert = database.prepare('INSERT INTO threads VALUES (?, ?, ?, ?)');
  for (const row of rows) insert.run(...row);
  return database;
}

async function names(home: TestHome): Promise<{ [id: string]: string }> {
  return Object.fromEntries(await readCodexNames(home.path));
}

/** Everything in the home, with what a reader could have changed. */
function listing(home: TestHome) {
  return readdirSync(home.path).map((name) => {
    const { size, mtimeMs } = statSync(join(home.path, name));
    return { name, size, mtimeMs };
  });
}
