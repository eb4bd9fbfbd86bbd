import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import { beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../../src/base/failure.ts';
import { openSessions, type SessionResolver } from '../../src/engine/resolve-session.ts';
import { envelope, idOf, makeHome, record, type TestHome } from '../builders.ts';

const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;

const [one, two, three] = [
  '01980000-aaaa-7000-8000-000000000001',
  '01980000-bbbb-7000-8000-000000000002',
  '02990000-cccc-7000-8000-000000000003',
];
const segment = '02990000-dddd-7000-8000-000000000004';
let home: TestHome;
let sessions: SessionResolver;

beforeAll(() => {
  home = makeHome();
  const lines = (id: string, year: string) =>
    envelope(record.meta(id)).map((line) => ({ ...line, timestamp: `${year}-01-01T00:00:00.000Z` }));
  home.rollout(one, lines(one, '2026'));
  home.rollout(two, lines(two, '2028'), { archived: true });
  home.rollout(three, lines(three, '2025'));
  home.rollout(three, lines(three, '2024'), { segment });
  home.names({
    [one]: 'fix the bug',
    [two]: 'same name',
    [three]: 'same name',
    [idOf(99)]: 'of a session that is gone',
  });
  sessions = openSessions({ CODEX_HOME: home.path }, '/work');
});

describe('a session', () => {
  it.each([
    ['a full id', () => one],
    ['an id in capitals', () => one.toUpperCase()],
    ['a prefix that no other has', () => '01980000-a'],
    ['a short prefix', () => '0299'],
    ['a name', () => 'fix the bug'],
    ['the newest', () => '@last'],
    ['the id of a segment', () => segment],
  ])('is named by %s', async (what, argument) => {
    const expected = { 'a short prefix': three, 'the newest': two, 'the id of a segment': three }[what] ?? one;
    expect(await sessions.resolve(argument())).toEqual({ kind: 'thread', threadId: expected });
  });

  it.each([
    ['a/b', '/work/a/b'],
    ['./x', '/work/x'],
    ['/abs/x', '/abs/x'],
    ['x.jsonl', '/work/x.jsonl'],
    ['x.jsonl.zst', '/work/x.jsonl.zst'],
    ['../../etc/passwd', '/etc/passwd'],
  ])('is a file when it looks like a path: %s', async (argument, path) => {
    expect(await sessions.resolve(argument)).toEqual({ kind: 'file', path });
  });
});

describe('what names no session', () => {
  it.each([
    ['', 'a session id or name cannot be empty', undefined],
    ['x'.repeat(5000), 'a session id or name of 5000 characters', undefined],
    ['nothing', "no session has the id or name 'nothing'", 'sessions ls shows all there are'],
    ['019', "no session has the id or name '019'", expect.anything()],
    [
      '01980000-ffff',
      "no session has the id or name '01980000-ffff'",
      `did you mean ${one} (fix the bug), ${two} (same name)?`,
    ],
    ['the bug', "no session has the id or name 'the bug'", `did you mean ${one} (fix the bug)?`],
    ['of a session that is gone', "no session has the id or name 'of a session that is gone'", expect.anything()],
    ['-rf\n\x1b[31m', "no session has the id or name '-rf^J^[[31m'", expect.anything()],
    ['%2e%2e', "no session has the id or name '%2e%2e'", expect.anything()],
    ['toString', "no session has the id or name 'toString'", expect.anything()],
  ])('%j is wrong usage', async (argument, message, hint) => {
    const failure = await sessions.resolve(argument).then(
      () => null,
      (error) => error as Failure,
    );
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({ kind: 'usage', message });
    expect(failure?.hint).toEqual(hint);
  });

  it.each([
    ['01980000', [one, two]],
    ['same name', [two, three]],
  ])('%s names several, and all are told', async (argument, ids) => {
    const failure = await sessions.resolve(argument).then(
      () => null,
      (error) => error as Failure,
    );
    expect(failure).toMatchObject({ kind: 'usage', message: `'${argument}' names 2 sessions` });
    for (const id of ids) expect(failure?.hint).toContain(id);
  });

  it('is every name in a home without sessions', async () => {
    const empty = openSessions({ CODEX_HOME: makeHome().path }, '/');
    await expect(empty.resolve('@last')).rejects.toMatchObject({
      kind: 'usage',
      message: 'there is no session in this home',
    });
  });

  it('is every name where there is no home, but not every path', async () => {
    const nowhere = openSessions({ CODEX_HOME: '/no/such/home' }, '/');
    await expect(nowhere.resolve('0198')).rejects.toMatchObject({ kind: 'usage', message: 'there is no Codex home' });
    expect(await nowhere.resolve('/x.jsonl')).toEqual({ kind: 'file', path: '/x.jsonl' });
  });
});

describe('a name', () => {
  it('that is the beginning of an id stands for both', async () => {
    const other = makeHome();
    other.rollout(one, envelope(record.meta(one)));
    other.rollout(three, envelope(record.meta(three)));
    other.names({ [one]: '0299' });
    await expect(openSessions({ CODEX_HOME: other.path }, '/').resolve('0299')).rejects.toMatchObject({
      message: "'0299' names 2 sessions",
    });
  });

  it("comes from Codex's index before its database, and from either", async () => {
    const other = makeHome();
    for (const id of [one, two, three]) other.rollout(id, envelope(record.meta(id)));
    other.names({ [one]: 'from the index' });
    const database = new Database(join(other.path, 'state_5.sqlite'));
    database.exec('CREATE TABLE threads (id TEXT, name TEXT, history_mode TEXT)');
    const insert = database.prepare('INSERT INTO threads VALUES (?, ?, ?)');
    insert.run(one, 'from the database', 'paginated');
    insert.run(two, 'only in the database', 'paginated');
    insert.run(three, 'title of an old thread', 'legacy');
    database.close();
    const names = await openSessions({ CODEX_HOME: other.path }, '/').names();
    expect(Object.fromEntries(names)).toEqual({ [one]: 'from the index', [two]: 'only in the database' });
  });

  it('is found although the database is damaged', async () => {
    const other = makeHome();
    other.rollout(one, envelope(record.meta(one)));
    other.names({ [one]: 'mine' });
    other.write('state_5.sqlite', 'garbage '.repeat(1000));
    expect(await openSessions({ CODEX_HOME: other.path }, '/').resolve('mine')).toEqual({
      kind: 'thread',
      threadId: one,
    });
  });
});
