import type { Database } from './state-db.ts';
import { prepared } from './statements.ts';

/**
 * Which rows must be made anew, and which rows depend on which rollouts. Each marking is another one: a row that was marked again
 * while it was being made stays stale.
 */
export class Staleness {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  mark(threadId: string): void {
    prepared(this.#database, `INSERT OR REPLACE INTO stale VALUES (?, ${ANOTHER})`).run(threadId);
  }

  /** Marks the threads whose history goes through this rollout. */
  markDependents(rolloutId: string): void {
    const query = `INSERT OR REPLACE INTO stale SELECT thread_id, ${ANOTHER} FROM dependencies WHERE rollout_id = ?`;
    prepared(this.#database, query).run(rolloutId);
  }

  /** Takes the mark away, if it is still this one. Returns whether it was. */
  unmark({ threadId, mark }: StaleMark): boolean {
    const query = 'DELETE FROM stale WHERE thread_id = ? AND mark = ?';
    return prepared(this.#database, query).run(threadId, mark).changes > 0;
  }

  /** The newest first, as far as ids tell: somebody may be waiting for them. */
  some(limit: number): StaleMark[] {
    const query = 'SELECT thread_id AS threadId, mark FROM stale ORDER BY thread_id DESC LIMIT ?';
    return prepared(this.#database, query).all(limit) as StaleMark[];
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

export interface StaleMark {
  threadId: string;
  mark: number;
}

/** In SQL, a number that nobody else has; small enough for JavaScript. */
const ANOTHER = 'abs(random() % 9007199254740991)';
