import type BetterSqlite from 'better-sqlite3';
import { Failure } from '../base/failure.ts';
import { findCodexDatabase, withDatabase } from './codex-db.ts';

/** What the real Codex's own database says of threads that decides whether they may go. */
export interface CodexMarks {
  /** Ids of the threads that are pinned. */
  pinned: Set<string>;
  /** Thread id to the threads that have spawned it. */
  spawners: Map<string, string[]>;
}

/**
 * Reads `threads.is_pinned`, which Codex has had since 0.147, and `thread_spawn_edges`. The home is not touched.
 *
 * @throws Failure `refused` when there is a database and it cannot be read: what is pinned is not known then
 */
export async function readCodexMarks(home: string): Promise<CodexMarks> {
  const path = findCodexDatabase(home);
  if (!path) return { pinned: new Set(), spawners: new Map() };
  try {
    return await withDatabase(path, marksIn);
  } catch (error) {
    throw new Failure('refused', `what is pinned cannot be known: Codex's database ${(error as Error).message}`, {
      ...{ file: path, cause: error },
      hint: 'start Codex once, which repairs its database or makes another, or move the file aside',
    });
  }
}

function marksIn(database: BetterSqlite.Database): CodexMarks {
  const tables = new Set(
    (
      database.prepare("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')").all() as { name: string }[]
    ).map(({ name }) => name),
  );
  // An empty file is a database that Codex was about to make.
  if (tables.size > 0 && !tables.has('threads')) throw new Error('has no table of threads');
  const marks: CodexMarks = { pinned: new Set(), spawners: new Map() };
  const columns = database.prepare('PRAGMA table_info(threads)').all() as { name: string }[];
  if (columns.some(({ name }) => name === 'is_pinned')) {
    const rows = database.prepare('SELECT id FROM threads WHERE is_pinned <> 0').all() as { id: string }[];
    for (const { id } of rows) marks.pinned.add(id.toLowerCase());
  }
  if (tables.has('thread_spawn_edges')) {
    const query = 'SELECT parent_thread_id AS parent, child_thread_id AS child FROM thread_spawn_edges';
    for (const { parent, child } of database.prepare(query).all() as { parent: string; child: string }[]) {
      const known = marks.spawners.get(child.toLowerCase()) ?? [];
      marks.spawners.set(child.toLowerCase(), [...known, parent.toLowerCase()]);
    }
  }
  return marks;
}
