import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateNamed } from '../../src/format/schemas.ts';
import { envelope, idOf, makeHome, paginated, record, type TestHome, turn } from '../builders.ts';
import { addThread, makeCodexDatabase, openCodexDatabase, readThreads } from '../support/codex-database.ts';
import { holdLock, killHolder } from '../support/lock-holder.ts';
import { type Outcome, runProgram } from '../support/run-program.ts';

describe('sessions name', () => {
  it('gives a name, prints it, and takes it away', async () => {
    const home = homeOfTwo();
    withDatabase(home);
    const before = readFileSync(rolloutOf(home, 1));
    const given = await name(home, idOf(1), '  the parser 🚀 ');
    const expected = { schema: 'sessions.named/1', thread_id: idOf(1), name: 'the parser 🚀' };
    expect([given.code, given.stderr, printed(given)]).toEqual([0, '', expected]);
    expect(validateNamed(printed(given))).toEqual({ ok: true, unknown: null });
    expect(printed(await name(home, 'the parser 🚀'))).toEqual(expected);
    expect((await name(home, '-q', idOf(1))).stdout.toString()).toBe(`${idOf(1)}\n`);
    expect(printed(await name(home, '--clear', 'the parser 🚀'))).toEqual({ ...expected, name: null });
    const none = await name(home, idOf(1));
    expect([none.code, printed(none)]).toEqual([1, { ...expected, name: null }]);
    expect(index(home)).toBe('');
    expect(readFileSync(rolloutOf(home, 1)).equals(before)).toBe(true);
  });

  it('takes a path and an id from a pipe', async () => {
    const home = homeOfTwo();
    expect((await name(home, rolloutOf(home, 1), 'by path')).code).toBe(0);
    const piped = await runProgram(['name', '-', 'by pipe'], { env: { CODEX_HOME: home.path }, input: `${idOf(2)}\n` });
    expect(piped.code).toBe(0);
    expect(index(home)).toMatch(/by path.*by pipe/s);
    const two = await runProgram(['name', '-'], { env: { CODEX_HOME: home.path }, input: `${idOf(1)}\n${idOf(2)}\n` });
    expect([two.code, two.stderr]).toEqual([2, expect.stringContaining('2 were given')]);
  });

  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['two\nlines', 'two^Jlines'],
    ['red \u001b[31m', '^['],
    ['bidi \u202e', '\\u{202e}'],
    ['x'.repeat(201), '201 characters'],
    [idOf(7).toUpperCase(), 'taken for something else'],
    ['@last', 'taken for something else'],
  ])('refuses %j', async (text, reason) => {
    const home = homeOfTwo();
    const outcome = await name(home, idOf(1), text);
    expect([outcome.code, outcome.stderr]).toEqual([2, expect.stringContaining(reason)]);
    expect(index(home)).toBe('');
  });

  it('says when a name cannot be asked for by it alone', async () => {
    const home = homeOfTwo();
    await name(home, idOf(1), 'same');
    expect(await name(home, idOf(2), 'same')).toMatchObject({ code: 0, stderr: expect.stringContaining(idOf(1)) });
    expect((await name(home, idOf(2), 'a/b')).stderr).toContain("takes 'a/b' for a path");
  });

  it("writes it where Codex's database keeps names", async () => {
    const home = homeOfTwo();
    const before = withDatabase(home);
    expect(await name(home, idOf(1), 'one')).toMatchObject({ code: 0, stderr: '' });
    expect(await name(home, idOf(2), 'two')).toMatchObject({ code: 0, stderr: '' });
    expect(readThreads(home.path)).toEqual({
      [idOf(1)]: { ...before[idOf(1)], name: 'one' },
      [idOf(2)]: { ...before[idOf(2)], title: 'two' },
    });
    await name(home, '--clear', idOf(1));
    await name(home, '--clear', idOf(2));
    expect(readThreads(home.path)).toEqual(before);
  });

  it('says what is left to do where the database is not known, or does not know the session', async () => {
    const home = homeOfTwo();
    const unknown = await name(home, idOf(1), 'one');
    expect([unknown.code, unknown.stderr]).toEqual([0, expect.stringContaining('does not know the session yet')]);
    withDatabase(home);
    const database = openCodexDatabase(home.path);
    database.exec('ALTER TABLE threads ADD COLUMN soul TEXT');
    database.close();
    const before = readThreads(home.path);
    const outcome = await name(home, idOf(2), 'two');
    expect([outcome.code, outcome.stderr]).toEqual([0, expect.stringContaining('is not changed')]);
    expect(index(home)).toContain('two');
    expect(readThreads(home.path)).toEqual(before);
  });

  it('changes nothing while somebody holds the index or the database', { timeout: 60_000 }, async () => {
    const home = homeOfTwo();
    const before = withDatabase(home);
    const holder = await holdLock(home.write('session_index.jsonl.lock', ''));
    expect(await name(home, idOf(1), 'one')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('holds the lock'),
    });
    await killHolder(holder);
    const database = openCodexDatabase(home.path);
    database.exec('BEGIN IMMEDIATE');
    expect(await name(home, idOf(1), 'one')).toMatchObject({ code: 5, stderr: expect.stringContaining('locked') });
    database.exec('ROLLBACK');
    database.close();
    expect([index(home), readThreads(home.path)]).toEqual(['', before]);
  });
});

/** The first is paginated, the second is not. */
function homeOfTwo(): TestHome {
  const home = makeHome();
  home.rollout(idOf(1), paginated(0, record.meta(idOf(1), { history_mode: 'paginated' }), ...turn('one')));
  home.rollout(idOf(2), envelope(record.meta(idOf(2)), ...turn('two')));
  writeFileSync(join(home.path, 'session_index.jsonl'), '');
  return home;
}

function withDatabase(home: TestHome): ReturnType<typeof readThreads> {
  const database = makeCodexDatabase(home.path);
  addThread(database, { id: idOf(1), path: rolloutOf(home, 1) });
  addThread(database, { id: idOf(2), path: rolloutOf(home, 2), mode: 'legacy' });
  database.close();
  return readThreads(home.path);
}

function rolloutOf(home: TestHome, n: number): string {
  return join(home.path, `sessions/2026/01/02/rollout-2026-01-02T03-04-05-${idOf(n)}.jsonl`);
}

function name(home: TestHome, ...args: string[]): Promise<Outcome> {
  return runProgram(['name', ...args], { env: { CODEX_HOME: home.path } });
}

function printed({ stdout }: Outcome): unknown {
  return JSON.parse(stdout.toString());
}

function index(home: TestHome): string {
  return readFileSync(join(home.path, 'session_index.jsonl'), 'utf8');
}
