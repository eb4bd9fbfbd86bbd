import { existsSync, rmSync } from 'node:fs';
import type { Clock } from '../../../base/io.ts';
import { formatTime } from '../../../base/time.ts';
import type { Home } from '../../../store/home.ts';
import type { FileLock } from '../../../store/lock-file.ts';
import { lockSeals, logCheckpoints, sealFolder } from '../../../store/seals.ts';
import { CheckpointFolder } from '../../../store/seals-checkpoints.ts';
import { parseCheckpoint } from '../../seal/checkpoint.ts';
import { LogWriter } from '../../seal/log-writer.ts';
import type { SignatureCheck } from '../../seal/signature-check.ts';
import type { Signer } from '../../seal/signer.ts';
import { Trust } from '../../seal/trust.ts';
import type { OfferedSeal } from './offered-seal.ts';
import { placeStaged, type SealedFile } from './staged-seal.ts';

export interface EnterContext {
  signer: Signer;
  check: SignatureCheck;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * The log of a home's seals, in which seals that come from elsewhere are entered under the signature of the home. Nothing is
 * entered before the files are in their places. Close it.
 */
export class SealDesk {
  readonly #home: Home;
  readonly #lock: FileLock;
  readonly #log: LogWriter;
  readonly #clock: Clock;
  readonly #entered: SealedFile[] = [];

  private constructor(home: Home, lock: FileLock, log: LogWriter, clock: Clock) {
    this.#home = home;
    this.#lock = lock;
    this.#log = log;
    this.#clock = clock;
  }

  /** @throws Failure `busy` while another run seals; `findings` for a log that is not what was signed */
  static async open(home: Home, { signer, check, clock, signal }: EnterContext): Promise<SealDesk> {
    const lock = await lockSeals(home, { clock, signal });
    try {
      const log = await LogWriter.open(home, { signer, trust: new Trust(check, signer), now: () => clock.now() });
      return new SealDesk(home, lock, log, clock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /**
   * Enters a seal that was staged, and puts it in its place.
   *
   * @returns whether it is the seal of the home; not where the log has had another one of that file
   */
  async enter(file: SealedFile, { size, root, key }: OfferedSeal): Promise<boolean> {
    const folder = sealFolder(this.#home, file.rolloutId);
    const known = this.#log.history.rollouts.get(file.rolloutId);
    if (known) {
      // An import that died came as far as this; or its seal, which the log has, is gone.
      if (known.size !== size || known.root !== root) return false;
      if (!existsSync(folder)) placeStaged(this.#home, file);
      return true;
    }
    const at = formatTime(this.#clock.now()) ?? 'unknown';
    const entry = {
      ...{ schema: 'sessions.seal-log-entry/1' as const, at, event: 'created' as const },
      ...{ rollout_id: file.rolloutId, thread_id: file.threadId, size, root, key },
    };
    await this.#log.during(entry, async () => {
      rmSync(folder, { recursive: true, force: true });
      this.#entered.push(file);
      placeStaged(this.#home, file);
    });
    return true;
  }

  /** Signs the log: from here on, the seals are those of the home. */
  async commit(): Promise<void> {
    try {
      if (!this.#log.isCommitted) await this.#log.commit();
    } catch (error) {
      // What was to be removed behind it may be in the way, when all of it is signed already.
      const current = new CheckpointFolder(logCheckpoints(this.#home)).current();
      if (!current?.signature || parseCheckpoint(current.text)?.size !== this.#log.size) throw error;
    }
    this.#entered.length = 0;
  }

  /** Removes what was put in its place and is not signed. What the log says of it counts for nothing then. */
  undo(): void {
    for (const { rolloutId } of this.#entered.splice(0)) {
      rmSync(sealFolder(this.#home, rolloutId), { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    try {
      await this.#log.close();
    } finally {
      this.#lock.release();
    }
  }
}
