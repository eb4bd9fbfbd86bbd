import { lstatSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import { Failure } from '../base/failure.ts';
import { isSafeSqlite } from './codex-edit.ts';

/**
 * Removes what the real Codex derived from a rollout for its transcript view: rows that hold places in the file. Codex makes them
 * anew when the session is opened the next time.
 *
 * @param rolloutId the last uuid of the file's name, which Codex calls `thread_id` there
 *
 * @returns whether there were rows
 * @throws Failure `refused` for a database of a version that is not known, and for an SQLite that could damage it; `busy` when
 *   somebody has it locked
 */
export function forgetProjection(home: string, rolloutId: string): boolean {
  const path = findHistoryDatabase(home);
  if (!path) return false;
  if (!lstatSync(path).isFile()) throw refusal(path, 'is not a regular file');
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  try {
    const database = new Database(path, { fileMustExist: true, timeout: LONGEST_WAIT_MS });
    try {
      recognise(database, path);
      const remove = database.transaction(() =>
        tables.reduce((rows, [table]) => {
          return rows + database.prepare(`DELETE FROM ${table} WHERE thread_id = ?`).run(rolloutId).changes;
        }, 0),
      );
      return remove.immediate() > 0;
    } finally {
      database.close();
    }
  } catch (error) {
    const code = String((error as { code?: unknown }).code ?? '');
    if (!code.startsWith('SQLITE_')) throw error;
    if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
      throw new Failure('busy', "somebody has Codex's database locked", { file: path, cause: error });
    }
    throw refusal(path, `cannot be changed: ${(error as Error).message}`, error);
  }
}

function findHistoryDatabase(home: string): string | null {
  const numbers = readdirSync(home).flatMap((name) => /^thread_history_(\d+)\.sqlite$/.exec(name)?.[1] ?? []);
  const newest = numbers.map(Number).sort((a, b) => b - a)[0];
  return newest === undefined ? null : join(home, `thread_history_${newest}.sqlite`);
}

function recognise(database: BetterSqlite.Database, path: string): void {
  const { version } = database.prepare('SELECT sqlite_version() AS version').get() as { version: string };
  if (!isSafeSqlite(version)) throw refusal(path, `is not changed with SQLite ${version}, which can damage it`);
  const isKnown = tables.every(([table, needed]) => {
    const columns = database.prepare(`PRAGMA table_info(${table})`).all() as { name: string }[];
    return needed.every((column) => columns.some(({ name }) => name === column));
  });
  if (!path.endsWith(`/${KNOWN_NAME}`) || !isKnown) {
    throw refusal(path, 'is of a version of Codex that is not known here, so it is not changed');
  }
}

function refusal(path: string, message: string, cause?: unknown): Failure {
  return new Failure('refused', `Codex's history database ${message}`, { file: path, cause });
}

/** Of Codex 0.149 to 0.169, with columns by which they are recognised. */
const tables = [
  ['thread_items', ['thread_id', 'item_id', 'rollout_ordinal']],
  ['thread_turns', ['thread_id', 'turn_id', 'rollout_ordinal']],
  ['thread_history_projection_state', ['thread_id', 'next_rollout_byte_offset', 'next_rollout_ordinal']],
] as const;

const KNOWN_NAME = 'thread_history_1.sqlite';
const LONGEST_WAIT_MS = 5000;
