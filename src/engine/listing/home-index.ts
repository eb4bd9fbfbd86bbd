import { join } from 'node:path';
import { type FileRow, FileTable } from '../../index/file-table.ts';
import { ReadingTable } from '../../index/reading-table.ts';
import { Staleness } from '../../index/staleness.ts';
import { type Database, openStateDb } from '../../index/state-db.ts';
import { ThreadTable } from '../../index/thread-table.ts';
import type { Home } from '../../store/home.ts';
import { type ReadState, WORTH_BYTES } from '../read-state.ts';
import type { MadeRow } from './make-rows.ts';
import type { StaleThread } from './read-rows.ts';
import { IndexedRollouts } from './rollouts.ts';
import { type Changes, scanFiles, scanFolders } from './scan-folders.ts';

/** The index of one home, kept in step with its files. */
export class HomeIndex {
  readonly home: Home;
  readonly database: Database;
  readonly files: FileTable;
  readonly #threads: ThreadTable;
  readonly #staleness: Staleness;
  readonly #readings: ReadingTable;

  constructor(home: Home, onReplaced: (reason: string, movedTo: string) => void) {
    this.home = home;
    this.database = openStateDb(join(home.path, 'state.db'), onReplaced);
    this.files = new FileTable(this.database);
    this.#threads = new ThreadTable(this.database);
    this.#staleness = new Staleness(this.database);
    this.#readings = new ReadingTable(this.database, 'row');
  }

  /**
   * Brings the index in step with what may have changed: folders with another mtime, and files that were written to lately.
   *
   * @param scope `likely`, or `all` files of the home
   */
  async refresh(scope: 'likely' | 'all', options: RefreshOptions): Promise<void> {
    this.#apply(await scanFolders(this.home, this.files, scope === 'all', options.now));
    const since = String(BigInt(Math.max(0, options.now - LATELY_MS)) * 1_000_000n).padStart(20, '0');
    if (scope === 'likely') this.#apply(scanFiles(this.files.filesSince(since)));
    await this.#makeStaleRows(options);
  }

  /** Looks at these threads' files, and makes their rows anew where those changed. Returns whether any did. */
  async refreshThreads(threadIds: Iterable<string>, options: RefreshOptions): Promise<boolean> {
    const rows = [...threadIds].flatMap((id) => this.files.filesOfThread(id));
    const changes = scanFiles(rows);
    if (changes.changed.length + changes.removed.length === 0) return false;
    this.#apply(changes);
    await this.#makeStaleRows(options);
    return true;
  }

  close(): void {
    this.database.close();
  }

  /** Notes the changes and marks the rows that they make stale, in one transaction: a crash loses neither or both. */
  #apply(changes: Changes): void {
    const isNothing =
      changes.changed.length + changes.removed.length + changes.folders.length + changes.removedFolders.length === 0;
    if (isNothing) return;
    const touch = (threadId: string, rolloutId: string) => {
      this.#staleness.mark(threadId);
      this.#staleness.markDependents(rolloutId);
      this.#staleness.markDependents(threadId);
    };
    const write = this.database.transaction(() => {
      for (const file of changes.removed) {
        this.files.remove(file.path);
        touch(file.thread_id, file.rollout_id);
      }
      for (const file of changes.changed) {
        this.files.put(file);
        touch(file.thread_id, file.rollout_id);
      }
      for (const { path, mtimeNs, obstacles } of changes.folders) this.files.putFolder(path, mtimeNs, obstacles);
      for (const path of changes.removedFolders) this.files.removeFolder(path);
    });
    write.immediate();
  }

  async #makeStaleRows(options: RefreshOptions): Promise<void> {
    const total = this.#staleness.count();
    if (total === 0) return;
    // What reads rollouts takes long to load, and most listings find nothing stale.
    const { makeRows } = await import('./make-rows.ts');
    for (let done = 0; !options.signal.aborted; ) {
      const threads = this.#staleness.some(BATCH_ROWS).map((threadId) => this.#filesOf(threadId));
      if (threads.length === 0) return;
      const made = makeRows(new IndexedRollouts(this.home, this.files), threads, options.signal);
      for await (const some of made) {
        this.#store(some);
        done += some.length;
        options.onProgress?.(done, Math.max(total, done));
      }
    }
  }

  #filesOf(threadId: string): StaleThread {
    const files = this.files.filesOfThread(threadId);
    const isLarge = files.some(({ size }) => size >= WORTH_BYTES);
    const known = isLarge ? (this.#readings.get(threadId) as ReadState | undefined) : undefined;
    return { threadId, files, known };
  }

  /** A row is stored only when its files are still the ones that it was made from; else it stays stale. */
  #store(made: MadeRow[]): void {
    const write = this.database.transaction(() => {
      for (const { threadId, files, facts, asked } of made) {
        if (versionOf(this.files.filesOfThread(threadId)) !== versionOf(files)) continue;
        this.#staleness.unmark(threadId);
        this.#staleness.setDependencies(threadId, asked);
        if (facts?.readState) this.#readings.put(threadId, facts.readState);
        else this.#readings.remove(threadId);
        if (facts) this.#threads.put(facts.row, facts);
        else this.#threads.remove(threadId);
      }
    });
    write.immediate();
  }
}

function versionOf(files: FileRow[]): string {
  return files.map(({ path, dev, ino, size, mtime_ns }) => `${path} ${dev} ${ino} ${size} ${mtime_ns}`).join('\n');
}

export interface RefreshOptions {
  /** Milliseconds since the epoch. */
  now: number;
  signal: AbortSignal;
  onProgress?: (done: number, of: number) => void;
}

/** A list of a million ids would take much memory. */
const BATCH_ROWS = 10_000;
/** Sessions that were written to within this time may be being written to now. */
const LATELY_MS = 2 * 24 * 3_600_000;
