import { lstatSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import { Failure } from '../base/failure.ts';
import { findCodexDatabase } from './codex-db.ts';

/**
 * Opens the real Codex's own database for the few changes that it must know of. It is never made, its journal mode is kept,
 * and nothing is changed in one of a schema that is not known.
 *
 * @returns null where there is no database
 * @throws Failure `refused` for one that is not known or cannot be read, and for an SQLite that could damage it; `busy`
 *   when somebody has it locked for five seconds
 */
export function openCodexEdit(home: string): CodexEdit | null {
  const path = findCodexDatabase(home);
  if (!path) return null;
  if (!lstatSync(path).isFile()) throw refusal(path, 'is not a regular file');
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  const database = guard(path, () => new Database(path, { fileMustExist: true, timeout: LONGEST_WAIT_MS }));
  try {
    guard(path, () => recognise(database, path));
    return new CodexEdit(database, path);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A row of Codex's `threads`, as far as it matters here. */
export interface CodexThread {
  rolloutPath: string;
  archived: boolean;
  historyMode: 'legacy' | 'paginated' | null;
}

export class CodexEdit {
  readonly #database: BetterSqlite.Database;
  readonly #path: string;
  readonly #columns: ReadonlySet<string>;
  readonly #hasEdges: boolean;

  constructor(database: BetterSqlite.Database, path: string) {
    this.#database = database;
    this.#path = path;
    this.#columns = columnsOf(database);
    const tables = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'thread_spawn_edges'");
    this.#hasEdges = tables.get() !== undefined;
  }

  /** Everything that `act` changes, or nothing. */
  transaction<T>(act: () => T): T {
    return guard(this.#path, () => this.#database.transaction(act).immediate());
  }

  thread(id: string): CodexThread | null {
    const mode = this.#columns.has('history_mode') ? 'history_mode' : "'legacy'";
    const row = this.#database
      .prepare(`SELECT rollout_path, archived, ${mode} AS mode FROM threads WHERE id = ?`)
      .get(id) as { rollout_path: string; archived: number; mode: string } | undefined;
    if (!row) return null;
    const historyMode = row.mode === 'legacy' || row.mode === 'paginated' ? row.mode : null;
    return { rolloutPath: row.rollout_path, archived: row.archived !== 0, historyMode };
  }

  /** Threads that this one has spawned. */
  children(id: string): string[] {
    if (!this.#hasEdges) return [];
    const query = 'SELECT child_thread_id AS id FROM thread_spawn_edges WHERE parent_thread_id = ?';
    return (this.#database.prepare(query).all(id) as { id: string }[]).map((row) => row.id);
  }

  /**
   * Gives a thread its name where Codex keeps it: `name` of a paginated thread, and `title` of any other, which without a
   * name is the first message. Null takes the name away.
   */
  name(id: string, mode: 'legacy' | 'paginated', name: string | null): void {
    if (mode === 'paginated') {
      this.#database.prepare('UPDATE threads SET name = ? WHERE id = ?').run(name, id);
    } else if (name !== null) {
      this.#database.prepare('UPDATE threads SET title = ? WHERE id = ?').run(name, id);
    } else {
      this.#database.prepare('UPDATE threads SET title = first_user_message WHERE id = ?').run(id);
    }
  }

  /**
   * Tells Codex where the file of a thread is now.
   *
   * @param archivedAt seconds since the epoch; null for a thread that is not archived. One that was archived keeps its time
   */
  place(id: string, rolloutPath: string, archivedAt: number | null): void {
    const time = 'CASE WHEN @time IS NULL THEN NULL WHEN archived THEN coalesce(archived_at, @time) ELSE @time END';
    this.#database
      .prepare(
        `UPDATE threads SET rollout_path = @path, archived_at = ${time}, archived = @time IS NOT NULL WHERE id = @id`,
      )
      .run({ id, path: rolloutPath, time: archivedAt });
  }

  close(): void {
    this.#database.close();
  }
}

/** Whether this version of SQLite is free of the fault by which two programs can damage a database in WAL mode. */
export function isSafeSqlite(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return major * 1e6 + minor * 1e3 + patch >= 3_051_003;
}

function recognise(database: BetterSqlite.Database, path: string): void {
  const { version } = database.prepare('SELECT sqlite_version() AS version').get() as { version: string };
  if (!isSafeSqlite(version)) {
    throw refusal(path, `is not changed with SQLite ${version}: before ${SAFE_SQLITE} two programs can damage it`);
  }
  const columns = columnsOf(database);
  const unknown = [...columns].filter((column) => !knownColumns.has(column));
  const missing = neededColumns.filter((column) => !columns.has(column));
  if (basename(path) !== KNOWN_NAME || unknown.length > 0 || missing.length > 0) {
    throw refusal(path, 'is of a version of Codex that is not known here, so it is not changed');
  }
}

function columnsOf(database: BetterSqlite.Database): Set<string> {
  const columns = database.prepare('PRAGMA table_info(threads)').all() as { name: string }[];
  return new Set(columns.map(({ name }) => name));
}

function refusal(path: string, message: string, cause?: unknown): Failure {
  return new Failure('refused', `Codex's database ${message}`, { file: path, cause });
}

/** SQLite's errors in our terms. */
function guard<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const code = String((error as { code?: unknown }).code ?? '');
    if (!code.startsWith('SQLITE_')) throw error;
    if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
      throw new Failure('busy', "somebody has Codex's database locked", { file: path, cause: error });
    }
    throw refusal(path, `cannot be changed: ${(error as Error).message}`, error);
  }
}

const LONGEST_WAIT_MS = 5000;
const SAFE_SQLITE = '3.51.3';
const KNOWN_NAME = 'state_5.sqlite';
const neededColumns = ['id', 'rollout_path', 'archived', 'archived_at', 'title', 'first_user_message'];

/** The columns of `threads` in Codex 0.106 to 0.169. */
const knownColumns = new Set(
  `id rollout_path created_at updated_at source model_provider cwd title sandbox_policy approval_mode tokens_used
  has_user_event archived archived_at git_sha git_branch git_origin_url cli_version first_user_message agent_nickname
  agent_role memory_mode model reasoning_effort agent_path created_at_ms updated_at_ms thread_source preview recency_at
  recency_at_ms history_mode name is_pinned thread_section_id section_position section_entered_at_ms project_id originator
  daybreak_enabled creator_user_id creator_account_id attached_thread_parent_id`.split(/\s+/),
);
