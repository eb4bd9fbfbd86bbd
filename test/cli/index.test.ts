import { appendFileSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { validateFinding } from '../../src/format/schemas.ts';
import { type StoredRow, ThreadTable } from '../../src/index/thread-table.ts';
import type { Finding } from '../../src/model/finding.ts';
import { idOf, makeHome, type TestHome } from '../builders.ts';
import { appendTurn, pathOf } from '../support/home-changes.ts';
import { changeIndex, list, listFiles, run, spawn, stateDb } from '../support/list-sessions.ts';
import { makeVariedHome, special } from '../support/varied-home.ts';

/** A home whose index is in step. */
async function makeIndexedHome(): Promise<TestHome> {
  const home = makeVariedHome();
  await list(home);
  return home;
}

async function check(home: TestHome): Promise<{ code: number | null; findings: Finding[]; err: string }> {
  const { code, out, err } = await spawn(home, ['index', 'check', '--json']);
  const findings = out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Finding);
  for (const finding of findings) expect(validateFinding(finding)).toMatchObject({ ok: true });
  return { code, findings, err };
}

/** Writes a row anew with other contents and the right checksum. */
function forge(home: TestHome, id: string, change: Partial<StoredRow>): void {
  changeIndex(home, (database) => {
    const found = database.prepare('SELECT * FROM threads WHERE thread_id = ?').get(id) as {
      row: string;
      created_ms: number;
      updated_ms: number;
      age_ms: number;
    };
    const { created_ms: createdMs, updated_ms: updatedMs, age_ms: ageMs } = found;
    new ThreadTable(database).put({ ...JSON.parse(found.row), ...change }, { createdMs, updatedMs, ageMs });
  });
}

describe('index status', () => {
  it('tells what is in it', async () => {
    const home = await makeIndexedHome();
    const { code, out, err } = await spawn(home, ['index', 'status']);
    expect([code, err]).toEqual([0, '']);
    const status = JSON.parse(out);
    expect(status).toEqual({
      schema: 'sessions.index-status/1',
      path: stateDb(home),
      sqlite_version: expect.stringMatching(/^3\.\d+\.\d+$/),
      size_bytes: statSync(stateDb(home)).size,
      threads: 16,
      files: 18,
      stale: 0,
      full_refresh_at: expect.stringMatching(/Z$/),
    });
    expect(Math.abs(Date.parse(status.full_refresh_at) - Date.now())).toBeLessThan(60_000);
    expect((await run(home, 'index', 'status', '-q')).out).toBe(`${stateDb(home)}\n`);
  });

  it('of a home without one is empty', async () => {
    const { code, out } = await run(makeHome(), 'index', 'status');
    expect([code, JSON.parse(out)]).toMatchObject([0, { threads: 0, files: 0, stale: 0, full_refresh_at: null }]);
  });

  it('has a published schema, as has a count', async () => {
    for (const name of ['index-status', 'count'])
      expect(await run(makeHome(), 'schema', name)).toMatchObject({ code: 0 });
  });
});

describe('index rebuild', () => {
  it('makes it anew, and leaves nothing else behind', async () => {
    const home = await makeIndexedHome();
    forge(home, special.plain, { turns: 77 });
    expect((await list(home)).out).toContain('"turns":77');
    const { code, out, err } = await spawn(home, ['index', 'rebuild']);
    expect([code, err, JSON.parse(out)]).toMatchObject([0, '', { threads: 16, stale: 0 }]);
    expect(await list(home)).toEqual(await listFiles(home));
    expect(readdirSync(home.path).sort()).toEqual(['archived_sessions', 'session_index.jsonl', 'sessions', 'state.db']);
  });

  it.each(['nothing', 'a folder', 'garbage'])('where there is %s', async (what) => {
    const home = makeVariedHome();
    if (what === 'a folder') mkdirSync(stateDb(home));
    if (what === 'garbage') home.write('state.db', 'garbage'.repeat(2000));
    const { code, err } = await run(home, 'index', 'rebuild');
    expect(code).toBe(0);
    // What stood there is not thrown away, and it is said where it is now.
    expect(err).toMatch(
      what === 'nothing' ? /^$/ : /^sessions: the index was made anew, because .*state\.db\.broken\n$/,
    );
    expect(await list(home)).toEqual(await listFiles(home));
  });
});

describe('index check', () => {
  it('finds nothing where all is well, also when files were written to since', async () => {
    const home = await makeIndexedHome();
    expect(await check(home)).toEqual({ code: 0, findings: [], err: '' });
    appendTurn(home, special.plain);
    appendFileSync(pathOf(home, special.large), 'x');
    expect(await check(home)).toEqual({ code: 0, findings: [], err: '' });
  });

  it('makes the index where there is none', async () => {
    const home = makeVariedHome();
    expect(await check(home)).toEqual({ code: 0, findings: [], err: '' });
    expect(existsSync(stateDb(home))).toBe(true);
  });

  it('finds a row that is intact and wrong, and mends nothing', async () => {
    const home = await makeIndexedHome();
    forge(home, special.plain, { turns: 77, first_message: 'forged' });
    const expected = {
      code: 1,
      findings: [
        { rule: 'INDEX-ROW-WRONG', severity: 'error', thread_id: special.plain, pointer: '/first_message' },
        { rule: 'INDEX-ROW-WRONG', severity: 'error', thread_id: special.plain, pointer: '/turns' },
      ],
    };
    expect(await check(home)).toMatchObject(expected);
    expect(await check(home)).toMatchObject(expected);
    await run(home, 'index', 'rebuild');
    expect(await check(home)).toMatchObject({ code: 0 });
  });

  it('finds rows that are missing, and rows without a file', async () => {
    const home = await makeIndexedHome();
    forge(home, special.plain, { thread_id: idOf(98) });
    changeIndex(home, (database) => database.prepare('DELETE FROM threads WHERE thread_id = ?').run(special.plain));
    const { code, findings } = await check(home);
    expect([code, findings.map(({ rule, thread_id }) => [rule, thread_id])]).toEqual([
      1,
      [
        ['INDEX-ROW-MISSING', special.plain],
        ['INDEX-ROW-EXTRA', idOf(98)],
      ],
    ]);
  });

  it.each([
    'row',
    'cwd',
    'branch',
    'model',
    'source',
    'archived',
    'created_ms',
    'updated_ms',
    'age_ms',
    'size',
    'tokens',
    'revision',
    'checksum',
  ])('finds a row that is damaged: its %s', async (column) => {
    const home = await makeIndexedHome();
    changeIndex(home, (database) => {
      const value = ['row', 'cwd', 'branch', 'model', 'source'].includes(column) ? 'x' : 1;
      const query = `UPDATE threads SET ${column} = ? WHERE thread_id = ?`;
      database.prepare(query).run(value, special.plain);
    });
    const { code, findings } = await check(home);
    expect([code, findings.map(({ thread_id }) => thread_id)]).toEqual([1, expect.arrayContaining([special.plain])]);
  });

  it('finds a row that is missing', async () => {
    const home = await makeIndexedHome();
    changeIndex(home, (database) => database.prepare('DELETE FROM threads WHERE thread_id = ?').run(special.plain));
    const { code, findings } = await check(home);
    expect([code, findings.map(({ rule, thread_id }) => [rule, thread_id])]).toEqual([
      1,
      expect.arrayContaining([['INDEX-ROW-MISSING', special.plain]]),
    ]);
  });

  it('finds that an index of the database hides a row', async () => {
    const home = await makeIndexedHome();
    const hidden = changeIndex(home, (database) => {
      database.unsafeMode();
      database.pragma('writable_schema = ON');
      const row = database.prepare("SELECT * FROM sqlite_schema WHERE name = 'threads_by_updated'").get();
      database.prepare("DELETE FROM sqlite_schema WHERE name = 'threads_by_updated'").run();
      return row;
    });
    // The same row, which the index now leads past.
    changeIndex(home, (database) =>
      database.prepare('UPDATE threads SET id = 1000 WHERE thread_id = ?').run(special.plain),
    );
    changeIndex(home, (database) => {
      database.unsafeMode();
      database.pragma('writable_schema = ON');
      database.prepare('INSERT INTO sqlite_schema VALUES (@type, @name, @tbl_name, @rootpage, @sql)').run(hidden);
    });
    const { code, findings } = await check(home);
    expect([code, findings.map(({ rule }) => rule)]).toEqual([1, expect.arrayContaining(['INDEX-DAMAGED'])]);
    // Which a listing of everything does not care about.
    expect(await list(home)).toEqual(await listFiles(home));
  });

  it('needs one of its words', async () => {
    expect(await run(makeHome(), 'index', 'mend')).toMatchObject({ code: 2 });
  });
});
