import { Failure } from '../../base/failure.ts';
import { formatTime } from '../../base/time.ts';
import type { Home } from '../../store/home.ts';
import { isThreadId } from '../../store/locks.ts';
import { checkpointsOf, listSeals } from '../../store/seals.ts';
import { CheckpointFolder, type StoredCheckpoint } from '../../store/seals-checkpoints.ts';
import { announcementOf, type Checkpoint, originOf, parseCheckpoint, threadOfSeal } from './checkpoint.ts';
import type { SealEntry } from './log-entry.ts';
import type { LogContext, LogWriter } from './log-writer.ts';
import type { SealLog } from './read-log.ts';
import { keyNameOf } from './ssh-signature.ts';

/**
 * Takes over what stands behind the checkpoint of a log, which a run left that was killed, or an import. Nobody signed those lines.
 * So only seals count, and only those that are there, are signed by a key that the run goes on from, and were announced in this
 * very line. What the journal told is told by it again.
 *
 * @returns what is there and was not taken over
 */
export async function adoptTail(
  home: Home,
  log: LogWriter,
  tail: SealLog['tail'],
  context: LogContext,
): Promise<Failure[]> {
  const doubts: Failure[] = [];
  let taken = 0;
  for (const { entry } of tail) {
    if (!('size' in entry)) continue;
    const stored = new CheckpointFolder(checkpointsOf(home, entry.rollout_id)).at(entry.size);
    // Announced, and never made.
    if (!stored || (stored.signature === null && entry.key !== null)) continue;
    const reason = (await faultOf(stored, entry, log, context)) ?? misplaced(stored, entry, log);
    if (reason === null) {
      await log.add({ ...entry, at: isFromElsewhere(stored, log) ? timeOf(context) : entry.at });
      taken++;
      continue;
    }
    doubts.push(
      doubt(stored, `behind the checkpoint of the log stands a seal of rollout ${entry.rollout_id} that ${reason}`),
    );
  }
  if (taken > 0) {
    const lines = taken === 1 ? 'one line' : `${taken} lines`;
    context.onNote?.(
      `took over ${lines} that a run which did not come to its end has left behind the log of the seals`,
    );
  }
  return doubts;
}

/**
 * Enters the seals that are there into a log that was begun anew.
 *
 * @returns those that were not taken over
 */
export async function adoptSeals(home: Home, log: LogWriter, context: LogContext): Promise<Failure[]> {
  const doubts: Failure[] = [];
  for (const rollout_id of listSeals(home)) {
    const stored = new CheckpointFolder(checkpointsOf(home, rollout_id)).current();
    const checkpoint = stored && parseCheckpoint(stored.text);
    if (!stored || !checkpoint) continue;
    const entry: SealEntry = {
      ...{
        schema: 'sessions.seal-log-entry/1',
        at: timeOf(context),
        event: 'created',
        rollout_id,
      },
      ...{ thread_id: threadOfSeal(checkpoint) ?? '', size: checkpoint.size, root: checkpoint.root },
      key: stored.signature === null ? null : keyNameOf(stored.signature),
    };
    const reason = await faultOf(stored, entry, log, context);
    if (reason === null) await log.add(entry);
    else doubts.push(doubt(stored, `the seal of rollout ${rollout_id} ${reason}`));
  }
  return doubts;
}

/** What keeps a seal from being what an entry says; null where nothing does. */
async function faultOf(
  { text, signature }: StoredCheckpoint,
  entry: SealEntry,
  { history }: LogWriter,
  { trust, signer }: LogContext,
): Promise<string | null> {
  const checkpoint: Checkpoint | null = parseCheckpoint(text);
  if (checkpoint?.origin !== originOf(entry.rollout_id)) return 'is not one of it';
  if (checkpoint.root !== entry.root) return 'is over other lines';
  if (threadOfSeal(checkpoint) !== entry.thread_id || !isThreadId(entry.thread_id)) return 'is of another thread';
  if (!history.continues(entry)) return 'does not follow from the one before';
  if (signature === null) return signer === null ? null : 'is not signed';
  if (entry.key === null || keyNameOf(signature) !== entry.key) return 'is signed with another key than the log says';
  const verdict = await trust.judge({ text, signature });
  if (verdict === null || verdict.status === 'good') return null;
  return verdict.status === 'bad' ? 'has a signature that does not fit' : `is signed with the unknown key ${entry.key}`;
}

/** A seal from another log was announced in that one. Nobody signed the line, so it may say nothing that the seal does not say. */
function misplaced({ text }: StoredCheckpoint, { at }: SealEntry, { origin, size }: LogWriter): string | null {
  const checkpoint = parseCheckpoint(text);
  const announced = checkpoint && announcementOf(checkpoint);
  if (!announced) return 'does not say where it was announced';
  if (announced.log !== origin) return null;
  if (checkpoint?.more.get('at') !== at) return 'was made at another time than that line says';
  if (announced.line === size + 1) return null;
  return `was announced in line ${announced.line} of the log, and this is line ${size + 1}`;
}

/** When an imported seal was entered is told by nothing that is signed. */
function isFromElsewhere({ text }: StoredCheckpoint, { origin }: LogWriter): boolean {
  const checkpoint = parseCheckpoint(text);
  return checkpoint !== null && announcementOf(checkpoint)?.log !== origin;
}

function timeOf({ now }: LogContext): string {
  return formatTime(now()) ?? 'unknown';
}

function doubt({ path: file }: StoredCheckpoint, message: string): Failure {
  return new Failure('findings', message, { file, hint: 'it was not taken over; sessions verify says more' });
}
