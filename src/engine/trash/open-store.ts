import type { Home } from '../../store/home.ts';
import { type Journal, openJournal } from '../../store/journal.ts';
import type { FileLock } from '../../store/lock-file.ts';
import { lockStore } from '../../store/store-lock.ts';
import type { TrashContext } from './open-trash.ts';
import { recover } from './recover.ts';
import { Unfinished } from './unfinished.ts';

/**
 * Opens what a home keeps for a change: takes the store lock, reads and checks the journal, and brings to an end what a
 * command that died has left. Close it.
 *
 * @throws Failure `busy` when another command has it; `refused` for a damaged journal; `trouble` otherwise
 */
export async function openStore(home: Home, context: TrashContext): Promise<OpenStore> {
  const lock = lockStore(home);
  let journal: Journal | null = null;
  try {
    const unfinished = new Unfinished();
    journal = openJournal(home, { clock: context.clock, onEntry: (entry) => unfinished.take(entry) });
    const { lastMs } = unfinished;
    await recover(home, unfinished, journal, context);
    return new OpenStore(lock, journal, { unfinished, lastMs });
  } catch (error) {
    journal?.close();
    lock.release();
    throw error;
  }
}

export class OpenStore {
  readonly lock: FileLock;
  readonly journal: Journal;

  /** When the last entry was made before this was opened, milliseconds since the epoch; null without any. */
  readonly lastMs: number | null;
  readonly #unfinished: Unfinished;

  constructor(lock: FileLock, journal: Journal, known: { unfinished: Unfinished; lastMs: number | null }) {
    this.lock = lock;
    this.journal = journal;
    this.lastMs = known.lastMs;
    this.#unfinished = known.unfinished;
  }

  /** As `Unfinished.incomplete`. */
  get incompletePurges(): string[] {
    return this.#unfinished.incomplete;
  }

  close(): void {
    this.journal.close();
    this.lock.release();
  }
}
