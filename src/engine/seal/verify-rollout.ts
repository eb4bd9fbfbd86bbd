import { toFailure } from '../../base/failure.ts';
import type { RolloutEntry } from '../../store/discover.ts';
import type { Home } from '../../store/home.ts';
import type { RolloutFile } from '../../store/rollout-file.ts';
import { checkpointsOf } from '../../store/seals.ts';
import { CheckpointFolder, type StoredCheckpoint } from '../../store/seals-checkpoints.ts';
import { headOf } from '../read-head.ts';
import { type Checkpoint, originOf, parseCheckpoint, threadOfSeal } from './checkpoint.ts';
import { type ContentHash, hashContent } from './hash-content.ts';
import { judgeContent } from './judge-content.ts';
import { type ExpectedSignature, judgeSignature, signatoryOf } from './judge-signature.ts';
import { openEntry } from './open-entry.ts';
import type { SealedRollout } from './seal-history.ts';
import type { SignatureCheck } from './signature-check.ts';
import { resultOf, type VerifyResult, type VerifyStatus, verifyStatuses } from './verify-result.ts';

export interface VerifyContext {
  home: Home;
  check: SignatureCheck;
  signal: AbortSignal;
  /** Whether the log is what its checkpoint says, and that is signed by somebody who may now. */
  isLogTrusted?: boolean;
  onProgress?(bytes: number): void;
  /** Of a rollout that is not shown whole: see `HashOptions`. */
  standIn?: ((index: number) => Buffer | null) | undefined;
}

/** A rollout, and what is known of it. */
export interface VerifySubject {
  rolloutId: string;
  /** Its file; null where there is none. */
  entry: Pick<RolloutEntry, 'path' | 'threadId'> | null;
  /** What the signed part of the log says of it. */
  known: SealedRollout | null;
  /** What became of it by the log, else by the journal. */
  fate: { event: string; tx: string | null; isSigned: boolean } | null;
}

/** What speaks against a rollout. */
export interface Fault {
  status: VerifyStatus;
  message: string | null;
}

/** Checks one rollout against its seal. What the log says of it counts as well: a seal that was there is asked for. */
export async function verifyRollout(subject: VerifySubject, context: VerifyContext): Promise<VerifyResult> {
  const { rolloutId, entry, known } = subject;
  const folder = new CheckpointFolder(checkpointsOf(context.home, rolloutId));
  const stored = folder.current();
  const about = {
    subject: 'session' as const,
    thread_id: entry?.threadId ?? known?.threadId ?? null,
    rollout_id: rolloutId,
    path: entry?.path ?? null,
  };
  if (!entry) return missing(subject, stored, about);
  if (!stored) {
    if (!known && folder.hasSignatures()) {
      return resultOf('UNSEALED', { ...about, message: 'its seal is gone: a signature of it is there' });
    }
    if (!known) return resultOf('UNSEALED', about);
    const message = `its seal is gone: the log has one over ${known.size} lines`;
    return resultOf('UNSEALED', { ...about, sealed: known.size, root: known.root, message });
  }
  const checkpoint = parseCheckpoint(stored.text);
  if (!checkpoint) return resultOf('BAD-SIG', { ...about, message: 'the checkpoint of its seal cannot be read' });
  const sealed = { ...about, sealed: checkpoint.size, root: checkpoint.root };
  if (checkpoint.origin !== originOf(rolloutId)) {
    return resultOf('MODIFIED', { ...sealed, message: 'its seal is that of another session' });
  }
  // The signature is looked at while the file is read.
  const signature = judgeSignature(stored, expectedOf(subject, checkpoint, context), context.check);
  signature.catch(() => {});
  let file: RolloutFile;
  try {
    file = await openEntry(entry);
  } catch (error) {
    await signature;
    return resultOf('UNREADABLE', { ...sealed, message: toFailure(error).message });
  }
  try {
    const sizes = [...folder.sizes(), ...(known?.epochs.map(({ size }) => size) ?? [])];
    const content = await read(file, sizes, context);
    const { verdict, fault } = await signature;
    const judged = await judgeContent({ file, content, checkpoint, subject, folder }, context);
    const faults = [
      ...(content.damage ? [unreadable(content, checkpoint)] : []),
      ...(fault ? [fault] : []),
      ...(await otherThread(subject, checkpoint, file, context)),
      ...againstLog(checkpoint, content, known),
      ...judged.faults,
    ];
    const { status, message } = worstOf(faults) ?? endOf(content, checkpoint, verdict === null);
    return resultOf(status, {
      ...{ ...sealed, path: file.path, lines: content.lines, signer: signatoryOf(verdict), message },
      ...{ first_bad: judged.bad?.first ?? null, bad_lines: judged.bad?.lines ?? [] },
    });
  } finally {
    await file.close();
  }
}

async function read(
  file: RolloutFile,
  at: number[],
  { signal, onProgress, standIn }: VerifyContext,
): Promise<ContentHash> {
  return hashContent(file, { at, signal, standIn, ...(onProgress && { afterBlock: (bytes) => onProgress(bytes) }) });
}

function missing(
  { known, fate }: VerifySubject,
  stored: StoredCheckpoint | null,
  about: Omit<Parameters<typeof resultOf>[1], 'status'>,
): VerifyResult {
  const checkpoint = stored && parseCheckpoint(stored.text);
  const sealed = {
    ...about,
    sealed: checkpoint?.size ?? known?.size ?? null,
    root: checkpoint?.root ?? known?.root ?? null,
  };
  if (fate?.event === 'trashed' || fate?.event === 'purged') {
    const where = fate.event === 'trashed' ? 'it is in the trash' : 'it was purged';
    const message = fate.isSigned ? where : `${where}, says the journal; the signed log does not say so yet`;
    return resultOf('PRUNED', { ...sealed, tx: fate.tx, message });
  }
  return resultOf('MISSING', { ...sealed, message: 'it was sealed, and nothing says why it is gone' });
}

/** The log has seen more than what the seal that is there says, or something else. */
function againstLog({ size, root }: Checkpoint, { roots }: ContentHash, known: SealedRollout | null): Fault[] {
  if (!known) return [];
  const rootAt = (lines: number) => roots.get(lines)?.root.toString('base64');
  if (size < known.size) {
    const message = `its seal is an old one, over ${size} lines: the log has one over ${known.size}`;
    return [{ status: 'ROLLED-BACK', message }];
  }
  if (size === known.size && root !== known.root) {
    return [{ status: 'MODIFIED', message: 'it was sealed again: the log has another seal over as many lines' }];
  }
  // Where the file does not fit its own seal, that is what there is to say.
  if (rootAt(size) !== root) return [];
  const broken = known.epochs.find((epoch) => rootAt(epoch.size) !== epoch.root);
  if (!broken) return [];
  const message = `its first ${broken.size} lines are not those that the log says were sealed`;
  return [{ status: 'MODIFIED', message }];
}

/** What the log says of the signature of this very seal; else whether any was signed before. */
export function expectedOf(
  { known }: Pick<VerifySubject, 'known'>,
  { size, root }: Pick<Checkpoint, 'size' | 'root'>,
  { isLogTrusted }: Pick<VerifyContext, 'isLogTrusted'>,
): ExpectedSignature {
  const epoch = known?.epochs.find((one) => one.size === size && one.root === root);
  const earlierKey = known?.epochs.findLast(({ key }) => key !== null)?.key ?? null;
  if (!epoch) return { key: null, earlierKey, vouchedAt: null };
  return { key: epoch.key, earlierKey, vouchedAt: isLogTrusted ? epoch.at : null };
}

/** Under another name, a file would be taken for another session. */
async function otherThread(
  { entry, known }: VerifySubject,
  checkpoint: Checkpoint,
  file: RolloutFile,
  { standIn }: VerifyContext,
): Promise<Fault[]> {
  const sealed = threadOfSeal(checkpoint);
  const fault = (message: string): Fault[] => [{ status: 'MODIFIED', message }];
  if (sealed === null) return fault('its seal does not say of which thread it is');
  if (sealed !== entry?.threadId)
    return fault(`it is sealed as one of thread ${sealed}, and has the name of another one`);
  if (known && sealed !== known.threadId) return fault(`the log has it as one of thread ${known.threadId}`);
  // What is not shown may be the very record that says it.
  const said = standIn ? null : (await headOf(file)).threadId;
  return said === null || said === sealed
    ? []
    : fault(`it is sealed as one of thread ${sealed}, and says that it is of ${said}`);
}

function unreadable({ damage, lines }: ContentHash, { size }: Checkpoint): Fault {
  const much = lines >= size ? 'the sealed lines can be read' : `only ${lines} of ${size} sealed lines can be read`;
  return { status: 'UNREADABLE', message: `${damage?.message}; ${much}` };
}

function worstOf(faults: Fault[]): Fault | null {
  const rank = ({ status }: Fault) => verifyStatuses.indexOf(status);
  return faults.sort((a, b) => rank(a) - rank(b))[0] ?? null;
}

function endOf({ lines, unfinishedBytes }: ContentHash, { size }: Checkpoint, isUnsigned: boolean): Fault {
  const isMore = lines > size || unfinishedBytes > 0;
  if (size === 0 && isMore) return { status: 'UNSEALED', message: 'its seal is over no line at all' };
  const message = isUnsigned ? 'not signed: whoever can write the seal could have made it anew' : null;
  return { status: isMore ? 'TAIL' : 'VERIFIED', message };
}
