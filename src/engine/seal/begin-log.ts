import { randomUUID } from 'node:crypto';
import { Failure } from '../../base/failure.ts';
import { formatTime } from '../../base/time.ts';
import type { Home } from '../../store/home.ts';
import { checkpointsOf, listOldLogs, listSeals, logCheckpoints, sealLogPath, setLogAside } from '../../store/seals.ts';
import { CheckpointFolder } from '../../store/seals-checkpoints.ts';
import { formatLogCheckpoint, LOG_ORIGIN, logOriginOf } from './checkpoint.ts';
import { againstAnchor, anchorOf } from './known-log.ts';
import type { LogContext } from './log-writer.ts';
import { MerkleTree } from './merkle.ts';
import { fitsCheckpoint, readSealLog, type SealLog } from './read-log.ts';
import { wasSigned } from './was-signed.ts';

/**
 * Begins a log. That nothing was sealed here before cannot be known, so it is said. One that a human had begun anew gets its first
 * checkpoint when all that is known of the one before has been entered: until then, it is taken for one that was damaged.
 *
 * @returns its origin
 * @throws Failure `findings` where there are seals, or was a log, and nobody said that it may begin anew; `usage` where a receipt is signed
 *   and the log would not be
 */
export async function beginLog(home: Home, log: SealLog, context: LogContext): Promise<string> {
  const { signer, now, beginsAnew, onNote } = context;
  const file = sealLogPath(home);
  if (!beginsAnew && (listSeals(home).length > 0 || listOldLogs(home).length > 0)) {
    throw new Failure('findings', 'there are seals, and their log is gone', { file, hint: ANEW });
  }
  if (!beginsAnew) requireKnown(log, home, context);
  if (!signer && wasSigned(home, log)) {
    throw new Failure('usage', 'what is here was signed until now; --unsigned would end that', { file });
  }
  const origin = logOriginOf(randomUUID());
  if (!beginsAnew) {
    const text = formatLogCheckpoint(origin, new MerkleTree(), now());
    await new CheckpointFolder(logCheckpoints(home)).write(0, text, signer ? await signer.sign(text) : null);
  }
  onNote?.(`a new log of seals begins here, ${origin}: if sessions of this home were sealed before, that log is gone`);
  return origin;
}

/**
 * Whoever can write to the home can put it back to an earlier state, or take all seals away; what the user has seen of the log is outside.
 *
 * @throws Failure `findings` for a log that does not go on from that
 */
export function requireKnown(log: SealLog, home: Home, { known }: LogContext): void {
  const anchor = anchorOf(known);
  const [fault] = anchor ? againstAnchor(anchor, log.checkpoint, log.content) : [];
  if (!fault) return;
  const message = fault.message ?? 'the log of the seals is not the one that was here';
  throw new Failure('findings', message, { file: sealLogPath(home), hint: ANEW });
}

/**
 * Moves a log that is not what was signed out of the way, so that another one can begin.
 *
 * @throws Failure `usage` for a log that is good
 */
export async function clearLog(home: Home, context: LogContext): Promise<void> {
  const file = sealLogPath(home);
  try {
    const log = await readSealLog(home, knownSizes(context));
    if (!context.signer && wasSigned(home, log)) {
      throw new Failure('usage', 'what is here was signed until now; --unsigned would end that', { file });
    }
    if (log.content || log.stored) await checkLog(home, log, context);
    if (log.content || log.stored) requireKnown(log, home, context);
    if (log.stored && !hasLaterSeals(home, log))
      throw new Failure('usage', '--new-log is for a log that is gone or damaged; this one is good', { file });
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'findings') throw error;
  }
  const at = (formatTime(context.now()) ?? 'then').replaceAll(':', '-');
  const folder = await setLogAside(home, at);
  if (folder !== null) context.onNote?.(`the log of the seals that was here is kept in ${folder}`);
}

/** A log that was put back from a backup knows less than the seals that are there. */
function hasLaterSeals(home: Home, { whole }: SealLog): boolean {
  return listSeals(home).some((rolloutId) => {
    const stored = new CheckpointFolder(checkpointsOf(home, rolloutId)).current();
    return stored !== null && stored.size > (whole.rollouts.get(rolloutId)?.size ?? -1);
  });
}

/** The sizes for which a log is to be read. */
export function knownSizes({ known }: LogContext): number[] {
  const anchor = anchorOf(known);
  return anchor ? [anchor.checkpoint.size] : [];
}

/**
 * Who signs a log on signs all that stands in it.
 *
 * @throws Failure `findings` for a log that is not what was signed; `usage` for one that would not be signed any more
 */
export async function checkLog(home: Home, log: SealLog, { signer, trust, adoptsUnsigned }: LogContext): Promise<void> {
  const file = sealLogPath(home);
  const wrong = (message: string, hint = ANEW) => new Failure('findings', message, { file, hint });
  if (!log.stored || !log.checkpoint || !LOG_ORIGIN.test(log.checkpoint.origin)) {
    throw wrong('the log of the seals has lost its checkpoint');
  }
  if (!fitsCheckpoint(log)) throw wrong('the log of the seals is not what its checkpoint says');
  if (log.foreign.sealed !== null) throw wrong(`line ${log.foreign.sealed} of the log of the seals is none of a log`);
  const [broken] = log.sealed.broken;
  if (broken !== undefined) throw wrong(`the log has seals of rollout ${broken} that do not follow from each other`);
  if (log.stored.signature !== null) return trust.require(log.stored, 'the log of the seals');
  if (wasSigned(home, log)) throw wrong('the log of the seals is not signed, although it was, or seals are');
  if (signer && !adoptsUnsigned) {
    const hint = 'sessions seal --adopt-unsigned signs it with all that it says; nothing was sealed';
    throw wrong('the log of the seals was never signed', hint);
  }
}

const ANEW =
  'nothing was sealed; sessions verify says more. When it is clear what has happened, sessions seal --new-log begins another log';
