import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CodexEdit, isSafeSqlite, openCodexEdit } from '../../src/index/codex-edit.ts';
import { idOf, makeHome, type TestHome } from '../builders.ts';
import { addThread, makeCodexDatabase, openCodexDatabase, readThreads } from '../support/codex-database.ts';

describe("a change of Codex's database", () => {
  it('sets the name of a paginated thread and the title of another, and takes them away again', () => {
    const home = known();
    edit(home, (codex) => {
      codex.name(idOf(1), 'paginated', 'one');
      codex.name(idOf(2), 'legacy', 'two');
    });
    expect(readThreads(home.path)).toMatchObject({
      [idOf(1)]: { name: 'one', title: 'first words' },
      [idOf(2)]: { name: null, title: 'two' },
    });
    edit(home, (codex) => {
      codex.name(idOf(1), 'paginated', null);
      codex.name(idOf(2), 'legacy', null);
    });
    expect(readThreads(home.path)).toMatchObject({
      [idOf(1)]: { name: null, title: 'first words' },
      [idOf(2)]: { name: null, title: 'first words' },
    });
  });

  it('places a thread, and changes nothing else', () => {
    const home = known();
    const before = readThreads(home.path);
    edit(home, (codex) => codex.place(idOf(1), '/h/archived_sessions/a', 5));
    const moved = { rollout_path: '/h/archived_sessions/a', archived: 1, archived_at: 5 };
    expect(readThreads(home.path)).toEqual({ ...before, [idOf(1)]: { ...before[idOf(1)], ...moved } });
    edit(home, (codex) => codex.place(idOf(1), '/h/archived_sessions/b', 9));
    expect(readThreads(home.path)[idOf(1)]).toMatchObject({ archived_at: 5, rollout_path: '/h/archived_sessions/b' });
    edit(home, (codex) => codex.place(idOf(1), '/h/sessions/a', null));
    expect(readThreads(home.path)[idOf(1)]).toMatchObject({ archived: 0, archived_at: null });
  });

  it('is undone whole when something fails meanwhile', () => {
    const home = known();
    const before = readThreads(home.path);
    const fail = () =>
      edit(home, (codex) => {
        codex.name(idOf(1), 'paginated', 'x');
        throw new Error('no space');
      });
    expect(fail).toThrow('no space');
    expect(readThreads(home.path)).toEqual(before);
  });

  it('keeps the journal mode, and leaves nothing beside the database', () => {
    const home = known();
    edit(home, (codex) => codex.name(idOf(1), 'paginated', 'x'));
    expect(readFileSync(join(home.path, 'state_5.sqlite')).subarray(18, 20)).toEqual(Buffer.from([2, 2]));
    expect(readdirSync(home.path)).toEqual(['state_5.sqlite']);
  });

  it('tells what a row says, and whom a thread has spawned', () => {
    const home = known();
    edit(home, (codex) => {
      expect(codex.thread(idOf(2))).toEqual({ rolloutPath: '/h/2', archived: true, historyMode: 'legacy' });
      expect(codex.thread(idOf(9))).toBeNull();
      expect(codex.children(idOf(1))).toEqual([idOf(2)]);
      expect(codex.children(idOf(2))).toEqual([]);
    });
  });

  it('is busy while somebody writes for longer than five seconds', { timeout: 20_000 }, () => {
    const home = known();
    const other = openCodexDatabase(home.path);
    other.exec('BEGIN IMMEDIATE');
    expect(() => edit(home, (codex) => codex.name(idOf(1), 'paginated', 'x'))).toThrow(
      expect.objectContaining({ kind: 'busy', exit: 5 }),
    );
    other.exec('ROLLBACK');
    other.close();
    expect(readThreads(home.path)[idOf(1)]?.name).toBeNull();
  });
});

describe("Codex's database is not changed", () => {
  it('when there is none, and none is made', () => {
    const home = makeHome();
    expect(openCodexEdit(home.path)).toBeNull();
    expect(readdirSync(home.path)).toEqual([]);
  });

  it.each([
    ['has a column that is not known', (home: TestHome) => change(home, 'ALTER TABLE threads ADD COLUMN soul TEXT')],
    ['lacks a column', (home: TestHome) => change(home, 'ALTER TABLE threads DROP COLUMN archived_at')],
    ['has no threads', (home: TestHome) => change(home, 'DROP TABLE threads')],
    ['has a higher number', (home: TestHome) => makeCodexDatabase(home.path, 'state_6.sqlite').close()],
    ['is garbage', (home: TestHome) => void home.write('state_5.sqlite', 'not a database, not by far '.repeat(99))],
    ['is empty', (home: TestHome) => void home.write('state_6.sqlite', '')],
    ['is a pipe', (home: TestHome) => void execFileSync('mkfifo', [join(home.path, 'state_7.sqlite')])],
    ['is a link', (home: TestHome) => symlinkSync('state_5.sqlite', join(home.path, 'state_8.sqlite'))],
  ])('when it %s', (_what, spoil) => {
    const home = known();
    spoil(home);
    const path = join(home.path, 'state_5.sqlite');
    const before = readFileSync(path);
    expect(() => openCodexEdit(home.path)).toThrow(expect.objectContaining({ kind: 'refused', exit: 4 }));
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});

describe('the version of SQLite', () => {
  it.each([
    ['3.40.1', false],
    ['3.51.2', false],
    ['3.51.3', true],
    ['3.53.2', true],
    ['4.0.0', true],
  ])('%s is safe: %s', (version, safe) => {
    expect(isSafeSqlite(version)).toBe(safe);
  });
});

function known(): TestHome {
  const home = makeHome();
  const database = makeCodexDatabase(home.path);
  addThread(database, { id: idOf(1), path: '/h/1' });
  addThread(database, { id: idOf(2), path: '/h/2', mode: 'legacy', archived: true });
  database.prepare('INSERT INTO thread_spawn_edges VALUES (?, ?, ?)').run(idOf(1), idOf(2), 'open');
  database.close();
  return home;
}

function change(home: TestHome, sql: string): void {
  const database = openCodexDatabase(home.path);
  database.exec(sql);
  database.close();
}

function edit(home: TestHome, act: (codex: CodexEdit) => void): void {
  const codex = openCodexEdit(home.path) as CodexEdit;
  try {
    codex.transaction(() => act(codex));
  } finally {
    codex.close();
  }
}
