import type { Database, Statement } from './state-db.ts';

/** Which rows must be made anew, and which rows depend on which rollouts. */
export class Staleness {
  readonly #database: Database;
  readonly #mark: Statement;
  readonly #markDependents: Statement;
  readonly #unmark: Statement;

  constructor(database: Database) {
    this.#database = database;
    this.#mark = database.prepare('INSERT OR IGNORE INTO stale VALUES (?)');
    this.#markDependents = database.prepare(
      'INSERT OR IGNORE INTO stale SELECT thread_id FROM dependencies WHERE rollout_id = ?',
    );
    this.#unmark = database.prepare('DELETE FROM stale WHERE thread_id = ?');
  }

  mark(threadId: string): void {
    this.#mark.run(threadId);
  }

  /** Marks the threads whose history goes through this rollout. */
  markDependents(rolloutId: string): void {
    this.#markDependents.run(rolloutId);
  }

  unmark(threadId: string): void {
    this.#unmark.run(threadId);
  }

  some(limit: number): string[] {
    const rows = this.#database.prepare('SELECT thread_id FROM stale LIMIT ?').all(limit) as { thread_id: string }[];
    return rows.map(({ thread_id }) => thread_id);
  }

  count(): number {
    return (this.#database.prepare('SELECT count(*) AS rows FROM stale').get() as { rows: number }).rows;
  }

  setDependencies(threadId: string, rolloutIds: Iterable<string>): void {
    this.#database.prepare('DELETE FROM dependencies WHERE thread_id = ?').run(threadId);
    const insert = this.#database.prepare('INSERT OR IGNORE INTO dependencies VALUES (?, ?)');
    for (const rolloutId of rolloutIds) insert.run(rolloutId, threadId);
  }
}
