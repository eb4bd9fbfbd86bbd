import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';

const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;

/** The tables of 0.169 that hold something of a session, and some that do not, with the columns that matter here. */
const tables: { [database: string]: string } = {
  'state_5.sqlite': `
    CREATE TABLE threads (id TEXT PRIMARY KEY, rollout_path TEXT, title TEXT, source TEXT, attached_thread_parent_id TEXT);
    CREATE TABLE thread_spawn_edges (parent_thread_id TEXT, child_thread_id TEXT PRIMARY KEY, status TEXT);
    CREATE TABLE thread_read_receipts (thread_id TEXT PRIMARY KEY, revision TEXT);
    CREATE TABLE thread_attachments (
      id TEXT PRIMARY KEY, thread_id TEXT REFERENCES threads(id) ON DELETE CASCADE, payload TEXT);
    CREATE TABLE backfill_state (id INTEGER PRIMARY KEY, status TEXT, last_watermark TEXT);
    CREATE TABLE rollout_migration_skipped_rollouts (migration_id TEXT, rollout_path TEXT);
    CREATE TABLE agent_job_items (job_id TEXT, assigned_thread_id TEXT);`,
  'logs_2.sqlite': 'CREATE TABLE logs (id INTEGER PRIMARY KEY AUTOINCREMENT, feedback_log_body TEXT, thread_id TEXT);',
  'goals_1.sqlite': 'CREATE TABLE thread_goals (thread_id TEXT PRIMARY KEY, objective TEXT);',
  'memories_1.sqlite': `
    CREATE TABLE stage1_outputs (thread_id TEXT PRIMARY KEY, raw_memory TEXT);
    CREATE TABLE jobs (kind TEXT, job_key TEXT, worker_id TEXT);`,
  'queue_1.sqlite': `
    CREATE TABLE queued_items (id TEXT PRIMARY KEY, thread_id TEXT, payload_json TEXT);
    CREATE TABLE queued_thread_revisions (revision INTEGER PRIMARY KEY AUTOINCREMENT, thread_id TEXT UNIQUE);
    CREATE TRIGGER queued_items_revision_after_delete AFTER DELETE ON queued_items BEGIN
      INSERT INTO queued_thread_revisions (thread_id) VALUES (OLD.thread_id)
      ON CONFLICT (thread_id) DO UPDATE SET revision = revision + 1; END;`,
  'thread_history_1.sqlite': `
    CREATE TABLE thread_turns (thread_id TEXT, turn_id TEXT);
    CREATE TABLE thread_items (thread_id TEXT, item_id TEXT, item_json TEXT);
    CREATE TABLE thread_history_projection_state (thread_id TEXT PRIMARY KEY, next_rollout_ordinal INTEGER);`,
};

/** Makes all databases of a Codex home, in WAL mode and at rest. */
export function makeCodexDatabases(home: string): void {
  for (const [name, sql] of Object.entries(tables)) inDatabase(home, name, (database) => database.exec(sql));
}

/** A row in every table that can have one, as Codex would make it for this session. */
export function addTraces(home: string, threadId: string, rolloutId = threadId): void {
  const add = (file: string, rows: [sql: string, ...values: unknown[]][]) =>
    inDatabase(home, file, (database) => {
      for (const [sql, ...values] of rows) database.prepare(sql).run(...values);
    });
  add('state_5.sqlite', [
    ["INSERT INTO threads VALUES (?, ?, 'words', 'cli', NULL)", threadId, `/h/sessions/rollout-x-${rolloutId}.jsonl`],
    ["INSERT INTO thread_read_receipts VALUES (?, 'r')", threadId],
    ["INSERT INTO thread_attachments VALUES (?, ?, 'attached words')", `a-${threadId.slice(-3)}`, threadId],
    ["INSERT INTO rollout_migration_skipped_rollouts VALUES ('m', ?)", `/h/rollout-x-${rolloutId}.jsonl`],
    ["INSERT INTO agent_job_items VALUES ('j', ?)", threadId],
  ]);
  add('logs_2.sqlite', [
    ["INSERT INTO logs VALUES (NULL, 'words in a log', ?)", threadId],
    ['INSERT INTO logs VALUES (NULL, ?, NULL)', `looked for ${rolloutId}`],
  ]);
  add('goals_1.sqlite', [["INSERT INTO thread_goals VALUES (?, 'the goal')", threadId]]);
  add('memories_1.sqlite', [
    ["INSERT INTO stage1_outputs VALUES (?, 'what is remembered')", threadId],
    ["INSERT INTO jobs VALUES ('memory_stage1', ?, NULL)", threadId],
    ["INSERT INTO jobs VALUES ('memory_consolidate_global', ?, ?)", `global-${threadId.slice(-3)}`, threadId],
  ]);
  add('queue_1.sqlite', [
    ["INSERT INTO queued_items VALUES (?, ?, 'queued words')", `q-${threadId.slice(-3)}`, threadId],
  ]);
  add('thread_history_1.sqlite', [
    ["INSERT INTO thread_turns VALUES (?, 't')", rolloutId],
    ["INSERT INTO thread_items VALUES (?, 'i', 'said words')", rolloutId],
    ['INSERT INTO thread_history_projection_state VALUES (?, 3)', rolloutId],
  ]);
}

/** Everything in a database, by table. */
export function contentOf(home: string, name: string): { [table: string]: unknown[] } {
  return inDatabase(home, name, (database) => {
    const names = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
    return Object.fromEntries(names.map((table) => [table, database.prepare(`SELECT * FROM "${table}"`).all()]));
  });
}

export function inDatabase<T>(home: string, name: string, act: (database: BetterSqlite.Database) => T): T {
  const database = new Database(join(home, name));
  try {
    database.pragma('journal_mode = WAL');
    return act(database);
  } finally {
    database.close();
  }
}

export const codexDatabaseNames = Object.keys(tables);
