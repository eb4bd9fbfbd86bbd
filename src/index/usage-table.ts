import { crc32 } from 'node:zlib';
import { DamagedRow } from './damaged-row.ts';
import type { Database } from './state-db.ts';
import { prepared } from './statements.ts';

/**
 * What each thread used, in the index. A usage belongs to its thread as it is while both have the same revision; one that is
 * out of date or damaged reads as absent.
 */
export class UsageTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Every thread of the index, a page at a time, so that a large home is not held whole. Neither of the tables' own indexes is
   * trusted with what is there: damage to one could hide a thread.
   *
   * @throws DamagedRow when the table would have no end
   */
  *all(): Generator<KnownThread> {
    const select = prepared(
      this.#database,
      `SELECT threads.id, threads.thread_id, threads.revision, usages.revision AS of_revision, usage, usages.checksum
         FROM threads NOT INDEXED LEFT JOIN usages ON usages.thread_id = threads.thread_id
        WHERE threads.id > ? ORDER BY threads.id LIMIT ${PAGE_ROWS}`,
    );
    let page: Row[];
    let last = Number.MIN_SAFE_INTEGER;
    do {
      page = select.all(last) as Row[];
      for (const row of page) {
        const { thread_id: threadId, revision } = row;
        const usage = row.of_revision === revision && isIntact(row) ? row.usage : null;
        yield { threadId, revision, usage };
      }
      const end = page.at(-1)?.id ?? last;
      if (page.length > 0 && end <= last) throw new DamagedRow();
      last = end;
    } while (page.length === PAGE_ROWS);
  }

  /**
   * Keeps usages, in one transaction. One that was read of a thread which has changed since is left out.
   */
  put(usages: Iterable<NewUsage>): void {
    const insert = prepared(
      this.#database,
      `INSERT OR REPLACE INTO usages SELECT thread_id, revision, @usage, @checksum FROM threads
        WHERE thread_id = @threadId AND revision = @revision`,
    );
    const write = this.#database.transaction(() => {
      for (const { threadId, revision, usage } of usages)
        insert.run({ threadId, revision, usage, checksum: checksumOf(threadId, revision, usage) });
    });
    write.immediate();
  }
}

export interface KnownThread {
  threadId: string;
  revision: number;
  /** As it was put; null when it must be read anew. */
  usage: string | null;
}

export interface NewUsage {
  threadId: string;
  /** That its thread had before it was read. */
  revision: number;
  usage: string;
}

interface Row {
  id: number;
  thread_id: string;
  revision: number;
  of_revision: number | null;
  usage: string | null;
  checksum: number | null;
}

function isIntact({ thread_id, revision, usage, checksum }: Row): boolean {
  return usage !== null && checksumOf(thread_id, revision, usage) === checksum;
}

function checksumOf(threadId: string, revision: number, usage: string): number {
  return crc32(usage, crc32(`${threadId} ${revision} `));
}

const PAGE_ROWS = 1000;
