import { Failure } from '../../base/failure.ts';
import type { Clock } from '../../base/io.ts';
import { formatTime } from '../../base/time.ts';
import type { RolloutEntry } from '../../store/discover.ts';
import type { Home } from '../../store/home.ts';
import { lockSeals } from '../../store/seals.ts';
import type { KnownLog } from '../../store/seals-known.ts';
import type { Catalog } from '../catalog.ts';
import type { FateEntry } from './log-entry.ts';
import { LogWriter } from './log-writer.ts';
import { noteJournal } from './note-journal.ts';
import { noteLost } from './old-logs.ts';
import type { SealRecord } from './seal-record.ts';
import { sealRollout } from './seal-rollout.ts';
import type { SignatureCheck } from './signature-check.ts';
import type { Signer } from './signer.ts';
import { Trust } from './trust.ts';

export interface SealOptions {
  /** Null: nothing is signed. */
  signer: Signer | null;
  check: SignatureCheck;
  clock: Clock;
  signal: AbortSignal;
  /** All rollouts of the home, if what is gone is to be noted. */
  catalog: Catalog | null;
  /** See `LogContext`. */
  beginsAnew?: boolean;
  adoptsUnsigned?: boolean;
  known?: KnownLog | null;
  /** Told what the run did that has to be known. */
  onNote?(message: string): void;
  onProgress?(done: number, of: number, bytes: number): void;
}

/** What came of one rollout; or, without one, what stands behind the log or in the journal and nothing bears out. */
export type Sealing = { entry: RolloutEntry; record: SealRecord } | { entry: RolloutEntry | null; error: unknown };

/**
 * Seals rollouts one by one, and brings the log up to what has happened to sealed ones since. The log is signed at the end, also of
 * a run that is stopped.
 *
 * @throws Failure `busy` while another run seals; `findings` for a log that is not what was signed
 */
export async function* sealSessions(
  home: Home,
  entries: readonly RolloutEntry[],
  options: SealOptions,
): AsyncGenerator<Sealing> {
  const { signer, clock, signal, catalog } = options;
  const lock = await lockSeals(home, { clock, signal });
  try {
    const trust = new Trust(options.check, signer);
    const now = () => clock.now();
    const { beginsAnew = false, adoptsUnsigned = false } = options;
    const onNote = (message: string) => options.onNote?.(message);
    const { known = null } = options;
    const log = await LogWriter.open(home, { signer, trust, now, beginsAnew, adoptsUnsigned, known, onNote });
    try {
      const journal = await noteJournal(log, home, now());
      const doubts = [...log.doubts, ...journal.doubts];
      // A journal that cannot be believed might have told where they are.
      if (catalog && journal.isWhole) doubts.push(...(await noteGone(log, catalog, now())));
      if (catalog && beginsAnew) doubts.push(...(await noteLost(log, catalog, now())));
      for (const error of doubts) yield { entry: null, error };
      // What a killed run leaves behind the checkpoint is then nothing but the seals that it made, in their places.
      if (!log.isCommitted) await log.commit();
      for (const [done, entry] of entries.entries()) {
        const onProgress = (bytes: number) => options.onProgress?.(done, entries.length, bytes);
        const context = { home, log, signer, trust, now, signal, onProgress };
        try {
          const record = await sealRollout(entry, context);
          yield { entry, record };
        } catch (error) {
          signal.throwIfAborted();
          yield { entry, error };
        }
      }
    } finally {
      try {
        if (!log.isCommitted) await log.commit();
      } finally {
        await log.close();
      }
    }
  } finally {
    lock.release();
  }
}

const schema = 'sessions.seal-log-entry/1';

/**
 * Notes sealed sessions that are gone without a word, and those that are back.
 *
 * @returns those that were not known to be gone
 */
async function noteGone(log: LogWriter, catalog: Catalog, now: number): Promise<Failure[]> {
  const { rollouts } = log.history;
  // What lies in a folder that cannot be read is not gone.
  if (catalog.obstacles.some(({ rule }) => rule === 'UNREADABLE')) return [];
  const gone: Failure[] = [];
  const at = formatTime(now) ?? 'unknown';
  for (const [rollout_id, { threadId: thread_id, fate }] of rollouts) {
    const isHere = catalog.thread(thread_id).some((entry) => entry.rolloutId === rollout_id);
    const note = (event: FateEntry['event']) =>
      log.add({ schema, at, event, rollout_id, thread_id, tx: null, journal_seq: null });
    if (isHere && fate !== null) await note('restored');
    if (isHere || fate !== null) continue;
    await note('removed');
    const which = rollout_id === thread_id ? thread_id : `${thread_id} (${rollout_id})`;
    gone.push(new Failure('findings', `session ${which} was sealed, and is gone; nothing says why`, { hint: GONE }));
  }
  return gone;
}

const GONE =
  'the log has it as removed now, and this is not said again; sessions verify goes on saying MISSING until its file is back';
