import type { Failure } from '../../base/failure.ts';
import type { Home } from '../../store/home.ts';
import { logCheckpoints, sealLogPath } from '../../store/seals.ts';
import { CheckpointFolder, type StoredCheckpoint } from '../../store/seals-checkpoints.ts';
import type { KnownLog } from '../../store/seals-known.ts';
import { openSealLog, type SealLogFile } from '../../store/seals-log-file.ts';
import { adoptSeals, adoptTail } from './adopt-seals.ts';
import { beginLog, checkLog, clearLog, knownSizes, requireKnown } from './begin-log.ts';
import { type Checkpoint, formatLogCheckpoint } from './checkpoint.ts';
import type { SealLogEntry } from './log-entry.ts';
import { leafHash, type MerkleTree } from './merkle.ts';
import { beginEntry } from './old-logs.ts';
import { readSealLog, type SealLog } from './read-log.ts';
import type { SealHistory } from './seal-history.ts';
import type { Signer } from './signer.ts';
import { keyOfSignature } from './ssh-signature.ts';
import type { Trust } from './trust.ts';

/** What writing to the log needs. */
export interface LogContext {
  signer: Signer | null;
  trust: Trust;
  now(): number;
  /** A human says that the log may begin anew, although there were seals before. */
  beginsAnew?: boolean;
  /** A human says that a log that was never signed may be signed. */
  adoptsUnsigned?: boolean;
  /** What the user has last seen of the log, outside of the home; absent where that is not asked. */
  known?: KnownLog | null;
  /** Told what the run did that has to be known. */
  onNote?(message: string): void;
}

/** The log of a home's seals, open for adding to it. Call it under the lock of the seals. */
export class LogWriter {
  readonly history: SealHistory;
  readonly origin: string;
  /** What was found beside the log and not taken over. */
  doubts: Failure[] = [];
  readonly #home: Home;
  readonly #file: SealLogFile;
  readonly #context: LogContext;
  readonly #tree: MerkleTree;
  #stored: StoredCheckpoint | null;
  #bytes: number;

  private constructor(home: Home, log: SealLog & { origin: string }, file: SealLogFile, context: LogContext) {
    this.#home = home;
    this.history = log.sealed;
    this.#file = file;
    this.#context = context;
    this.origin = log.origin;
    this.#stored = log.stored;
    this.#tree = log.tree;
    this.#bytes = log.sealedBytes;
  }

  /**
   * Opens the log, or begins one. What stands behind its checkpoint nobody signed; of that, only what `adoptTail` lets through is
   * taken over.
   *
   * @throws Failure `findings` for a log that is not what was signed, and where one would begin beside seals that are there
   */
  static async open(home: Home, context: LogContext): Promise<LogWriter> {
    if (context.beginsAnew) await clearLog(home, context);
    let log = await readSealLog(home, knownSizes(context));
    const begun = !log.content && !log.stored ? await beginLog(home, log, context) : null;
    const isAnew = begun !== null && context.beginsAnew === true;
    if (begun !== null) log = await readSealLog(home);
    if (!isAnew) {
      await checkLog(home, log, context);
      if (begun === null) requireKnown(log, home, context);
    }
    const origin = begun ?? (log.checkpoint as Checkpoint).origin;
    const file = await openSealLog(sealLogPath(home));
    const writer = new LogWriter(home, { ...log, origin }, file, context);
    try {
      await file.cut(log.sealedBytes);
      if (isAnew) await writer.add(await beginEntry(home, context));
      writer.doubts =
        begun === null ? await adoptTail(home, writer, log.tail, context) : await adoptSeals(home, writer, context);
      if (!isAnew) await writer.#remember();
      // What a run left that was killed behind its last checkpoint.
      if (writer.#stored) await new CheckpointFolder(logCheckpoints(home)).keepOnly(writer.#stored.size);
      return writer;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get size(): number {
    return this.#tree.size;
  }

  /** Whether the checkpoint is over all of it, and signed by who signs. */
  get isCommitted(): boolean {
    return this.#stored?.size === this.#tree.size && this.#isSigned();
  }

  /** Adds an entry, which `commit` puts under a checkpoint. */
  add(entry: SealLogEntry): Promise<void> {
    return this.during(entry, async () => {});
  }

  /** Adds an entry that announces an act, and runs it. When that fails, nothing was announced. */
  async during(entry: SealLogEntry, act: () => Promise<void>): Promise<void> {
    const line = `${JSON.stringify(entry)}\n`;
    await this.#file.append(line);
    try {
      await act();
    } catch (error) {
      await this.#file.cut(this.#bytes);
      throw error;
    }
    this.#bytes += Buffer.byteLength(line);
    this.#tree.add(leafHash(Buffer.from(line)));
    this.history.add(entry);
  }

  /** Signs the log as it is. */
  async commit(): Promise<void> {
    const { signer, now } = this.#context;
    const folder = new CheckpointFolder(logCheckpoints(this.#home));
    const size = this.#tree.size;
    const before = this.#stored?.size === size ? this.#stored : null;
    // A key that takes over signs the text that is there: a new one would not fit the signature between two writes.
    const text = before?.signature ? before.text : formatLogCheckpoint(this.origin, this.#tree, now());
    const signature = signer ? await signer.sign(text) : null;
    if (before && before.signature === null && signature !== null) await folder.sign(size, text, signature);
    else await folder.write(size, text, signature);
    await folder.keepOnly(size);
    this.#stored = folder.at(size) as StoredCheckpoint;
    await this.#remember();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Outside of the home. What cannot be kept there is said, and changes nothing. */
  async #remember(): Promise<void> {
    const { known, onNote } = this.#context;
    if (!known || !this.#stored || known.read() === this.#stored.text) return;
    const reason = await known.keep(this.#stored.text);
    if (reason !== null) onNote?.(`what the log of the seals is now was not kept in ${known.path}: ${reason}`);
  }

  #isSigned(): boolean {
    const { signer } = this.#context;
    if (!signer) return true;
    const signature = this.#stored?.signature ?? null;
    const key = signature === null ? null : keyOfSignature(signature);
    return key !== null && Buffer.compare(key, signer.key) === 0;
  }
}
