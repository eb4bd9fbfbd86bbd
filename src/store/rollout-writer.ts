import { Failure } from '../base/failure.ts';
import type { Clock } from '../base/io.ts';
import { createRollout } from './create-rollout.ts';
import type { Home } from './home.ts';
import type { ThreadLocks } from './locks.ts';
import { AppendFile } from './writer/append-file.ts';
import { trouble } from './writer/file-steps.ts';
import { type Ack, PendingLine } from './writer/pending-line.ts';
import { spill } from './writer/spill.ts';

/**
 * Adds lines to one rollout in the background, in the order of the calls, a batch at a time, under the lock of its thread.
 *
 * After an error that a second attempt did not cure it takes nothing more: every line that was not acknowledged is rejected
 * with the same `Failure`, which names the file, the reason, and where those lines were saved. What was acknowledged stays.
 * Made by `openRolloutWriter` and `newRolloutWriter`.
 */
export class RolloutWriter {
  readonly path: string;
  readonly #home: Home;
  readonly #threadId: string;
  readonly #clock: Clock;
  readonly #locks: ThreadLocks;
  #file: AppendFile | null;
  #queue: PendingLine[] = [];
  #queuedBytes = 0;
  /** Written, and not yet known to be on the disk. */
  #unsynced: PendingLine[] = [];
  #failure: Failure | null = null;
  #running: Promise<void> | null = null;
  #hurry: AbortController | null = null;
  #isHurried = false;
  #isClosed = false;
  #hasSyncFailed = false;

  /** @param file null when the file is made with the first batch */
  constructor(target: WriterTarget, locks: ThreadLocks, file: AppendFile | null) {
    this.path = target.path;
    this.#home = target.home;
    this.#threadId = target.threadId;
    this.#clock = target.clock;
    this.#locks = locks;
    this.#file = file;
  }

  /** Whether there is a file. */
  get exists(): boolean {
    return this.#file !== null;
  }

  /** What ended the writing; null while all is well. */
  get failure(): Failure | null {
    return this.#failure;
  }

  /** @param line one record, without LF */
  append(line: string): Ack {
    const pending = new PendingLine(line);
    if (this.#failure || this.#isClosed) {
      pending.reject(this.#failure ?? new Failure('trouble', 'the session is closed', { file: this.path }));
      return pending.ack;
    }
    this.#queue.push(pending);
    this.#queuedBytes += pending.bytes.length;
    if (this.#queuedBytes >= BATCH_BYTES) this.#hurry?.abort();
    this.#running ??= this.#run();
    return pending.ack;
  }

  /**
   * Resolves when everything so far would outlive a loss of power; it is written at once.
   *
   * @throws Failure `trouble` when it does not
   */
  async barrier(): Promise<void> {
    while (this.#running) {
      this.#isHurried = true;
      this.#hurry?.abort();
      await this.#running;
    }
    if (this.#failure) throw this.#failure;
  }

  /**
   * Writes what is left and closes the file. Then `last` may do something with it, still under the lock, which is given back
   * in any case.
   *
   * @throws Failure `trouble` when something could not be written, and what `last` throws
   */
  async close(last: (path: string) => Promise<void> = async () => {}): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      try {
        await this.barrier();
      } finally {
        await this.#file?.close();
      }
      if (this.#file) await last(this.path);
    } finally {
      await this.#locks.release();
    }
  }

  async #run(): Promise<void> {
    try {
      // Whoever asks for a barrier does so at once.
      await null;
      while (this.#queue.length > 0) {
        if (!this.#isHurried && this.#queuedBytes < BATCH_BYTES) await this.#gather();
        while (this.#queue.length > 0) await this.#writeBatch(this.#takeBatch());
        this.#isHurried = false;
        await this.#sync();
      }
    } catch (error) {
      await this.#fail(trouble(this.path, 'cannot be written', error));
    } finally {
      this.#isHurried = false;
      this.#running = null;
    }
  }

  /** Waits for more, so that lines which come close together are written at once. */
  async #gather(): Promise<void> {
    this.#hurry = new AbortController();
    await this.#clock.sleep(BATCH_MS, this.#hurry.signal);
    this.#hurry = null;
  }

  #takeBatch(): PendingLine[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#queue.length) {
      const { length } = (this.#queue[count] as PendingLine).bytes;
      if (count > 0 && bytes + length > BATCH_BYTES) break;
      bytes += length;
      count++;
    }
    this.#queuedBytes -= bytes;
    return this.#queue.splice(0, count);
  }

  async #writeBatch(batch: PendingLine[]): Promise<void> {
    const bytes = Buffer.concat(batch.map((line) => line.bytes));
    try {
      if (this.#file) await this.#file.write(bytes);
      else this.#file = await this.#create(bytes);
    } catch (error) {
      // Back in its place, to be saved and rejected with the others.
      this.#queue.unshift(...batch);
      throw error;
    }
    this.#unsynced.push(...batch);
    const place = this.#file.place();
    if (place !== 'here') {
      const what = place === 'gone' ? 'was removed while it was written' : 'was moved or replaced while it was written';
      throw new Lost(what, this.path, place);
    }
    for (const line of batch) line.resolveWritten();
  }

  /** Tried twice, as a batch is. */
  async #create(bytes: Buffer): Promise<AppendFile> {
    const create = () => createRollout(this.#home, this.#threadId, this.path, [bytes]);
    await create().catch(create);
    return AppendFile.open(this.path);
  }

  /** An error is final: a second attempt could succeed though the bytes of the first are lost. */
  async #sync(): Promise<void> {
    try {
      await this.#file?.sync();
    } catch (error) {
      this.#hasSyncFailed = true;
      throw error;
    }
    for (const line of this.#unsynced) line.resolveDurable();
    this.#unsynced = [];
  }

  async #fail(reason: Failure): Promise<void> {
    const isLost = reason instanceof Lost;
    // What is in the file already counts, when it can be brought to the disk.
    if (!isLost && !this.#hasSyncFailed) await this.#sync().catch(() => {});
    const left = [...this.#unsynced, ...this.#queue];
    const whole = isLost && reason.where === 'gone' && this.#file ? this.#file.handle : null;
    const saved = await spill(
      this.#home,
      this.#threadId,
      (whole ? this.#queue : left).map((line) => line.bytes),
      whole,
    );
    const failure = describe(reason, saved, left.length);
    this.#failure = failure;
    this.#unsynced = [];
    // Lines that came while these were saved as well.
    const rejected = new Set([...left, ...this.#queue]);
    this.#queue = [];
    for (const line of rejected) line.reject(failure);
  }
}

export interface WriterTarget {
  home: Home;
  threadId: string;
  /** Of the plain file. */
  path: string;
  clock: Clock;
}

/** No path leads to the bytes any more, or another file is in the way. */
class Lost extends Failure {
  readonly where: 'moved' | 'gone';

  constructor(what: string, file: string, where: 'moved' | 'gone') {
    super('trouble', what, { file });
    this.where = where;
  }
}

function describe(reason: Failure, saved: string | null, lines: number): Failure {
  const records = lines === 1 ? 'the last record is' : `the last ${lines} records are`;
  const where = saved === null ? 'nowhere else' : `in ${saved}`;
  const message = lines === 0 ? reason.message : `${reason.message}; ${records} ${where}`;
  const { hint } = reason;
  return new Failure(reason.kind, message, { ...reason.place, cause: reason, ...(hint !== undefined && { hint }) });
}

const BATCH_BYTES = 1024 * 1024;
const BATCH_MS = 50;
