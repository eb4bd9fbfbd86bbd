import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clearDatabase } from '../../src/index/codex-traces-clear.ts';
import { findInDatabase, readSpawnEdges } from '../../src/index/codex-traces-find.ts';
import { knownTables, strangerIn } from '../../src/index/codex-traces-tables.ts';
import { IdSearch } from '../../src/store/id-search.ts';
import { idOf } from '../builders.ts';
import {
  addTraces,
  codexDatabaseNames,
  contentOf,
  inDatabase,
  makeCodexDatabases,
} from '../support/codex-databases.ts';

const [gone, segment, stays] = [idOf(1), idOf(2), idOf(3)];
const search = new IdSearch([{ threadId: gone, rolloutIds: [segment] }]);
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sessions-traces-'));
  makeCodexDatabases(home);
  addTraces(home, stays);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('traces in the databases of Codex', () => {
  it('are found in every table that has them, by thread and by rollout', () => {
    addTraces(home, gone, segment);
    const found = codexDatabaseNames.flatMap((name) => find(name).map(({ table, count }) => [table, count]));
    expect(Object.fromEntries(found)).toEqual({
      threads: 1,
      thread_read_receipts: 1,
      thread_attachments: 1,
      rollout_migration_skipped_rollouts: 1,
      agent_job_items: 1,
      logs: 2,
      thread_goals: 1,
      stage1_outputs: 1,
      jobs: 2,
      queued_items: 1,
      thread_turns: 1,
      thread_items: 1,
      thread_history_projection_state: 1,
    });
  });

  it('are none where nothing is of the session, and looking changes nothing', () => {
    addTraces(home, gone, segment);
    const other = new IdSearch([{ threadId: idOf(9), rolloutIds: [] }]);
    const before = readdirSync(home).map((name) => [name, readFileSync(join(home, name))]);
    expect(codexDatabaseNames.flatMap((name) => findInDatabase(join(home, name), other, true))).toEqual([]);
    expect(readdirSync(home).map((name) => [name, readFileSync(join(home, name))])).toEqual(before);
  });

  it('go, and nothing else does', () => {
    const before = codexDatabaseNames.map((name) => contentOf(home, name));
    addTraces(home, gone, segment);
    for (const name of codexDatabaseNames) expect(clearDatabase(join(home, name), search)).toBeNull();
    const after = codexDatabaseNames.map((name) => contentOf(home, name));
    const rest = codexDatabaseNames.flatMap((name) => find(name));
    // Codex keeps this one itself.
    expect(rest).toEqual([{ threadId: gone, table: 'queued_thread_revisions', count: 1, isKept: true }]);
    for (const [index, name] of codexDatabaseNames.entries()) {
      const {
        sqlite_sequence: _,
        queued_thread_revisions: __,
        jobs,
        agent_job_items: items,
        ...now
      } = after[index] ?? {};
      const {
        sqlite_sequence: _1,
        queued_thread_revisions: _2,
        jobs: _3,
        agent_job_items: _4,
        ...then
      } = before[index] ?? {};
      expect([name, now]).toEqual([name, then]);
      for (const row of [...(jobs ?? []), ...(items ?? [])]) expect(JSON.stringify(row)).not.toContain(gone);
    }
    // A job that another session has done stays, without the id of who did it.
    expect(contentOf(home, 'memories_1.sqlite').jobs).toContainEqual({
      kind: 'memory_consolidate_global',
      job_key: `global-${gone.slice(-3)}`,
      worker_id: null,
    });
  });

  it('leave no bytes in the file, whoever deleted them, and the journal mode stays', () => {
    addTraces(home, gone, segment);
    inDatabase(home, 'goals_1.sqlite', (database) =>
      database.exec(`DELETE FROM thread_goals WHERE thread_id = '${gone}'`),
    );
    expect(find('goals_1.sqlite')).toEqual([{ threadId: gone, table: null, count: expect.any(Number), isKept: false }]);
    for (const name of codexDatabaseNames) clearDatabase(join(home, name), search);
    for (const name of readdirSync(home).filter((name) => !name.startsWith('queue'))) {
      const bytes = readFileSync(join(home, name)).toString('latin1');
      expect([name, bytes.includes(gone), bytes.includes(segment)]).toEqual([name, false, false]);
    }
    inDatabase(home, 'state_5.sqlite', (database) => {
      expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
      expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    });
  });

  it('go from the edges on both sides, from where Codex stands, and from other threads', () => {
    inDatabase(home, 'state_5.sqlite', (database) => {
      database.exec(`INSERT INTO thread_spawn_edges VALUES ('${gone}', '${stays}', 'open'), ('${idOf(4)}', '${gone}', 'open');
        INSERT INTO backfill_state VALUES (1, 'complete', 'sessions/2026/01/02/rollout-2026-01-02T03-04-05-${gone}.jsonl');
        UPDATE threads SET attached_thread_parent_id = '${gone}' WHERE id = '${stays}'`);
    });
    expect(readSpawnEdges(home)).toEqual(
      new Map([
        [gone, [stays]],
        [idOf(4), [gone]],
      ]),
    );
    expect(find('state_5.sqlite').map(({ table, count }) => [table, count])).toEqual([
      ['threads', 1],
      ['thread_spawn_edges', 2],
      ['backfill_state', 1],
    ]);
    expect(clearDatabase(join(home, 'state_5.sqlite'), search)).toBeNull();
    const { threads, thread_spawn_edges, backfill_state } = contentOf(home, 'state_5.sqlite');
    expect(threads).toMatchObject([{ id: stays, attached_thread_parent_id: null }]);
    expect(thread_spawn_edges).toEqual([]);
    const nobody = '00000000-0000-0000-0000-000000000000';
    expect(backfill_state).toMatchObject([
      { status: 'complete', last_watermark: `sessions/2026/01/02/rollout-2026-01-02T03-04-05-${nobody}.jsonl` },
    ]);
  });

  it.each([
    [
      'a new table',
      `CREATE TABLE thread_dreams (dreamer TEXT, dream TEXT); INSERT INTO thread_dreams VALUES ('x', 'of ${gone}')`,
    ],
    [
      'a new column',
      `ALTER TABLE thread_goals ADD COLUMN seen_by TEXT; UPDATE thread_goals SET seen_by = 'by ${gone}'`,
    ],
    ['bytes', `CREATE TABLE thread_dreams (dreamer BLOB); INSERT INTO thread_dreams VALUES (CAST('${gone}' AS BLOB))`],
    [
      'an id of 16 bytes',
      `CREATE TABLE thread_dreams (dreamer BLOB); INSERT INTO thread_dreams VALUES (x'${gone.replaceAll('-', '')}')`,
    ],
  ])('cannot hide in a version to come: %s', (_, sql) => {
    inDatabase(home, 'goals_1.sqlite', (database) => database.exec(sql));
    const before = readFileSync(join(home, 'goals_1.sqlite'));
    expect(find('goals_1.sqlite')).toMatchObject([{ threadId: gone, count: 1, isKept: false }]);
    expect(clearDatabase(join(home, 'goals_1.sqlite'), search)).toMatch(/is not known, so it is not changed/);
    expect(readFileSync(join(home, 'goals_1.sqlite'))).toEqual(before);
  });

  it('are left in databases that are not known, and said', () => {
    inDatabase(home, 'state_6.sqlite', (database) => {
      database.exec(`CREATE TABLE threads (id TEXT); INSERT INTO threads VALUES ('${gone}')`);
    });
    expect(find('state_6.sqlite')).toMatchObject([{ table: 'threads', count: 1 }]);
    expect(clearDatabase(join(home, 'state_6.sqlite'), search)).toBe('it is not known, and is not changed');
    expect(contentOf(home, 'state_6.sqlite').threads).toHaveLength(1);
  });

  it('are left where a trigger is not known, where a link leads away, and while it is locked', () => {
    addTraces(home, gone);
    inDatabase(home, 'goals_1.sqlite', (database) => {
      database.exec('CREATE TRIGGER dream AFTER DELETE ON thread_goals BEGIN DELETE FROM thread_goals; END');
    });
    expect(clearDatabase(join(home, 'goals_1.sqlite'), search)).toMatch(/trigger dream is not known/);
    symlinkSync(join(home, 'logs_2.sqlite'), join(home, 'logs_1.sqlite'));
    expect(clearDatabase(join(home, 'logs_1.sqlite'), search)).toBe('it is not a regular file');
    inDatabase(home, 'memories_1.sqlite', (database) => {
      database.exec('BEGIN IMMEDIATE');
      expect(clearDatabase(join(home, 'memories_1.sqlite'), search)).toBe('somebody has it locked');
    });
    expect(contentOf(home, 'memories_1.sqlite').stage1_outputs).toHaveLength(2);
  }, 20_000);

  it('are found in a large database as in a small one, and in its free space', () => {
    inDatabase(home, 'goals_1.sqlite', (database) => {
      database.exec(`INSERT INTO thread_goals VALUES ('${idOf(7)}', zeroblob(40000000)), ('${idOf(8)}', '${gone}'), ('${gone}', 'x');
        DELETE FROM thread_goals WHERE thread_id = '${idOf(8)}'`);
    });
    expect(find('goals_1.sqlite')).toEqual([
      { threadId: gone, table: 'thread_goals', count: 1, isKept: false },
      { threadId: gone, table: null, count: expect.any(Number), isKept: false },
    ]);
    expect(clearDatabase(join(home, 'goals_1.sqlite'), search)).toBeNull();
    expect(find('goals_1.sqlite')).toEqual([]);
  });

  it('are found in a log that was not written back', () => {
    inDatabase(home, 'goals_1.sqlite', (writer) => {
      writer.prepare("INSERT INTO thread_goals VALUES (?, 'x')").run(gone);
      expect(find('goals_1.sqlite')).toMatchObject([{ table: 'thread_goals', count: 1 }]);
    });
  });
});

const corpus = process.env.SESSIONS_CORPUS;

describe.skipIf(!corpus)('the databases that Codex made', () => {
  it('are known in all their parts', () => {
    let seen = 0;
    for (const version of readdirSync(corpus as string)) {
      const folder = join(corpus as string, version);
      if (version.includes('README')) continue;
      for (const name of readdirSync(folder).filter((one) => one.endsWith('.sqlite'))) {
        const copy = join(home, name);
        for (const suffix of ['', '-wal', '-shm']) rmSync(`${copy}${suffix}`, { force: true });
        copyFileSync(join(folder, name), copy);
        chmodSync(copy, 0o600);
        inDatabase(home, name, (database) =>
          expect([version, name, strangerIn(database, knownTables(name))]).toEqual([version, name, null]),
        );
        seen++;
      }
    }
    expect(seen).toBeGreaterThan(5);
  });
});

function find(name: string) {
  return findInDatabase(join(home, name), search, true).filter(
    ({ table, threadId }) => threadId === gone && (table !== null || name === 'goals_1.sqlite'),
  );
}
