import type { Database } from './state-db.ts';
import { prepared } from './statements.ts';

/** Which rows must be made anew, and which rows depend on which rollouts. */
export class Staleness {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  mark(threadId: string): void {
    prepared(this.#database, 'INSERT OR IGNORE INTO stale VALUES (?)').run(threadId);
  }

  /** Marks the threads whose history goes through this rollout. */
  markDependents(rolloutId: string): void {
    const query = 'INSERT OR IGNORE INTO stale SELECT thread_id FROM dependencies WHERE rollout_id = ?';
    prepared(this.#database, query).run(rolloutId);
  }

  unmark(threadId: string): void {
    prepared(this.#database, 'DELETE FROM stale WHERE thread_id = ?').run(threadId);
  }

  some(limit: number): string[] {
    const rows = prepared(this.#database, 'SELECT thread_id FROM stale LIMIT ?').all(limit) as { thread_id: string }[];
    return rows.map(({ thread_id }) => thread_id);
  }

  count(): number {
    return (prepared(this.#database, 'SELECT count(*) AS rows FROM stale').get() as { rows: number }).rows;
  }

  setDependencies(threadId: string, rolloutIds: Iterable<string>): void {
    prepared(this.#database, 'DELETE FROM dependencies WHERE thread_id = ?').run(threadId);
    const insert = prepared(this.#database, 'INSERT OR IGNORE INTO dependencies VALUES (?, ?)');
    for (const rolloutId of rolloutIds) insert.run(rolloutId, threadId);
  }
}
