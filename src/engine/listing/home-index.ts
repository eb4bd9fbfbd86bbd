import { join } from 'node:path';
import { FileTable } from '../../index/file-table.ts';
import { ReadingTable } from '../../index/reading-table.ts';
import { Settings } from '../../index/settings.ts';
import { type StaleMark, Staleness } from '../../index/staleness.ts';
import { type Database, openStateDb } from '../../index/state-db.ts';
import { ThreadTable } from '../../index/thread-table.ts';
import { clearIndex } from '../../index/upkeep.ts';
import type { Home } from '../../store/home.ts';
import { type ReadState, WORTH_BYTES } from '../read-state.ts';
import { MemoryModesUnknown, readMemoryOff } from '../search/memory-off.ts';
import type { ThreadFacts } from '../summarise.ts';
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
  #memoryOff: ReadonlySet<string> = new Set();

  constructor(home: Home, onReplaced: (reason: string, movedTo: string) => void) {
    this.home = home;
    this.database = openStateDb(join(home.path, 'state.db'), onReplaced);
    try {
      settleIn(home, this.database);
    } catch (error) {
      this.database.close();
      throw error;
    }
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
    await this.#applyMemoryModes();
    this.#look(scope, options);
    await this.#settle(options);
  }

  /** Looks at these threads' files, and makes their rows anew where those changed. Returns whether any did. */
  async refreshThreads(threadIds: Iterable<string>, options: RefreshOptions): Promise<boolean> {
    const rows = [...threadIds].flatMap((id) => this.files.filesOfThread(id));
    const changes = scanFiles(rows);
    if (changes.changed.length + changes.missing.length === 0) return false;
    this.#apply(changes);
    if (changes.missing.length > 0) this.#look('likely', options);
    await this.#settle(options);
    return true;
  }

  /** Makes rows until none is stale whose files stay where they are. */
  async #settle(options: RefreshOptions): Promise<void> {
    for (let pass = 1; (await this.#makeStaleRows(options, pass === MOST_PASSES)) === 'moved'; pass++) {
      this.#look('likely', options);
    }
  }

  /** A file that moves from folder to folder meanwhile may be met in neither, so one that is missing is looked for twice. */
  #look(scope: 'likely' | 'all', { now }: RefreshOptions): void {
    const since = String(BigInt(Math.max(0, now - LATELY_MS)) * 1_000_000n).padStart(20, '0');
    if (scope === 'likely') this.#apply(scanFiles(this.files.filesSince(since, MOST_LATELY)));
    let missed: ReadonlySet<string> = new Set();
    for (let all = scope === 'all'; ; all = false) {
      const changes = scanFolders(this.home, this.files, { all, now, missed });
      this.#apply(changes);
      if (changes.missing.length === 0) return;
      missed = new Set(changes.missing.map(({ path }) => path));
    }
  }

  close(): void {
    this.database.close();
  }

  /** Notes the changes and marks the rows that they make stale, in one transaction: a crash loses neither or both. */
  #apply(changes: Changes): void {
    if (Object.values(changes).every((some: unknown[]) => some.length === 0)) return;
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
      for (const folder of new Set(changes.missing.map((file) => file.folder))) this.files.unsettle(folder);
    });
    write.immediate();
  }

  /**
   * @param isLast rows whose files move each time they are looked for stay as they are; where there is none, what is known is
   *   stored
   * @returns `moved` when rows are stale still, because their files are no longer where they were
   */
  async #makeStaleRows(options: RefreshOptions, isLast: boolean): Promise<'done' | 'moved'> {
    const total = this.#staleness.count();
    if (total === 0) return 'done';
    // What reads rollouts takes long to load, and most listings find nothing stale.
    const { makeRows } = await import('./make-rows.ts');
    for (let done = 0; !options.signal.aborted; ) {
      const threads = this.#staleness.some(BATCH_ROWS).map((mark) => this.#filesOf(mark));
      if (threads.length === 0) break;
      const made = makeRows(new IndexedRollouts(this.home, this.files), threads, options);
      const missed: MadeRow[] = [];
      for await (const some of made) {
        const isSeen = ({ threadId, facts }: MadeRow) => {
          return !facts?.hasMissed || (isLast && !this.#threads.has(threadId));
        };
        const seen = some.filter(isSeen);
        this.#store(seen);
        await options.onStored?.(seen.flatMap(({ facts }) => facts ?? []));
        missed.push(...some.filter((row) => !isSeen(row)));
        done += some.length;
        options.onProgress?.(done, Math.max(total, done));
      }
      if (missed.length === 0) continue;
      if (isLast) return 'done';
      this.#lookAgain(missed);
      return 'moved';
    }
    return 'done';
  }

  /** The folders are listed anew in which files were not where they were to be. */
  #lookAgain(missed: MadeRow[]): void {
    const files = missed.flatMap((row) => [...row.files, ...row.asked.flatMap((id) => this.files.filesOfRollout(id))]);
    const write = this.database.transaction(() => {
      for (const folder of new Set(files.map((file) => file.folder))) this.files.unsettle(folder);
    });
    write.immediate();
  }

  #filesOf(mark: StaleMark): StaleThread {
    const files = this.files.filesOfThread(mark.threadId);
    const isLarge = files.some(({ size }) => size >= WORTH_BYTES);
    const known = isLarge ? (this.#readings.get(mark.threadId) as ReadState | undefined) : undefined;
    return { ...mark, files, known };
  }

  /** A reading that is gone on from later holds the first message as well. */
  #put(facts: ThreadFacts, isWithheld: boolean): void {
    if (isWithheld) this.#threads.put({ ...facts.row, first_message: null, withheld: true }, facts);
    else this.#threads.put(facts.row, facts);
    if (facts.readState && !isWithheld) this.#readings.put(facts.row.thread_id, facts.readState);
  }

  /** Makes rows anew whose session Codex has switched the memory of, on or off, in its own database. */
  async #applyMemoryModes(): Promise<void> {
    const settings = new Settings(this.database);
    try {
      this.#memoryOff = await readMemoryOff(this.home.path, settings);
    } catch (error) {
      // Who lists says that Codex's database cannot be read.
      if (!(error instanceof MemoryModesUnknown)) throw error;
      return;
    }
    const applied = new Set((settings.get('memory off') as string[] | undefined) ?? []);
    const changed = [...this.#memoryOff, ...applied].filter((id) => this.#memoryOff.has(id) !== applied.has(id));
    if (changed.length === 0) return;
    const write = this.database.transaction(() => {
      for (const id of changed) this.#staleness.mark(id);
      settings.set('memory off', [...this.#memoryOff]);
    });
    write.immediate();
  }

  /** A row is stored only when nobody has marked it again since its files were looked up. */
  #store(made: MadeRow[]): void {
    const write = this.database.transaction(() => {
      for (const row of made) {
        const { threadId, facts, asked } = row;
        if (!this.#staleness.unmark(row)) continue;
        this.#staleness.setDependencies(threadId, asked);
        this.#readings.remove(threadId);
        if (facts) this.#put(facts, facts.isMemoryOff || this.#memoryOff.has(threadId));
        else this.#threads.remove(threadId);
      }
    });
    write.immediate();
  }
}

/** Paths in the index are absolute, so that of a home that was copied or moved tells of another one, and is of no use. */
function settleIn(home: Home, database: Database): void {
  const settings = new Settings(database);
  const known = settings.get('home');
  if (known === home.path) return;
  if (known !== undefined) clearIndex(database);
  settings.set('home', home.path);
}

export interface RefreshOptions {
  /** Milliseconds since the epoch. */
  now: number;
  signal: AbortSignal;
  onProgress?: (done: number, of: number) => void;
  /** Threads that may read files at once; as many as help when absent. */
  mostWorkers?: number;
  /** Told of what was read of the sessions whose rows were made anew. */
  onStored?: (facts: readonly ThreadFacts[]) => Promise<void>;
}

/** A file that moves each time it is looked for is not looked for any more. */
const MOST_PASSES = 5;
/** A list of a million ids would take much memory. */
const BATCH_ROWS = 10_000;
/** Sessions that were written to within this time may be being written to now. */
const LATELY_MS = 2 * 24 * 3_600_000;
/** Looking at more of them would take longer than all the rest of a listing. */
const MOST_LATELY = 500;
