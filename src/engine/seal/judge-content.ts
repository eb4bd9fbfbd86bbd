import type { RolloutFile } from '../../store/rollout-file.ts';
import type { CheckpointFolder } from '../../store/seals-checkpoints.ts';
import { headOf } from '../read-head.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { digestEvents, parseDigest } from './event-digest.ts';
import { type BadLines, findBadLines } from './find-bad-lines.ts';
import type { ContentHash } from './hash-content.ts';
import type { SignatureCheck } from './signature-check.ts';
import { keyNameOf } from './ssh-signature.ts';
import type { Fault, VerifyContext, VerifySubject } from './verify-rollout.ts';

/** A file that was read, and the seal that it is held against. */
export interface Held {
  file: RolloutFile;
  content: ContentHash;
  checkpoint: Checkpoint;
  subject: VerifySubject;
  folder: CheckpointFolder;
}

/** Whether the lines that are there are those that were sealed, and which are not. */
export async function judgeContent(
  held: Held,
  { home, check, signal, standIn }: VerifyContext,
): Promise<{ faults: Fault[]; bad: BadLines | null }> {
  const { file, content, checkpoint, subject } = held;
  if (rootAt(content, checkpoint.size) === checkpoint.root)
    return { faults: await brokenEpochs(held, check), bad: null };
  const bad = await findBadLines(home, subject.rolloutId, file, checkpoint, { signal, standIn });
  const fault = await differenceOf(content, checkpoint, bad);
  if (content.damage === null && (await isMigrated(file, checkpoint))) {
    const message = 'rewritten by codex migrate-rollouts: what was said is the same, the rest cannot be compared';
    return { faults: [{ status: 'MIGRATED', message }], bad };
  }
  // What could not be read is no proof that it was changed.
  return { faults: content.damage && !bad?.first ? [] : [fault], bad };
}

function differenceOf({ lines }: ContentHash, { size }: Checkpoint, bad: BadLines | null): Fault {
  if (lines < size && !bad?.first)
    return { status: 'TRUNCATED', message: `${lines} of ${size} sealed lines are there` };
  if (bad?.first) return { status: 'MODIFIED', message: null };
  return { status: 'MODIFIED', message: 'which lines cannot be told: the leaves of the seal are damaged as well' };
}

/**
 * Every seal that was there before has to be one over the beginning of the same lines, and to be there still. One that the log has
 * needs no more than that: what the log says is signed. Of others, a signature that does not fit is one more word against them.
 */
async function brokenEpochs({ folder, content, checkpoint, subject }: Held, check: SignatureCheck): Promise<Fault[]> {
  const known = new Map(subject.known?.epochs.map((epoch) => [epoch.size, epoch]));
  const sizes = new Set([...folder.sizes(), ...known.keys()]);
  for (const size of [...sizes].filter((earlier) => earlier < checkpoint.size).sort((a, b) => a - b)) {
    const stored = folder.at(size);
    const epoch = known.get(size);
    const fault = (message: string): Fault[] => [{ status: 'MODIFIED', message }];
    if (!stored) {
      if (epoch) return fault(`its earlier seal over ${size} lines, which the log has, is gone`);
      continue;
    }
    const root = parseCheckpoint(stored.text)?.root;
    if (epoch && root !== epoch.root)
      return fault(`its earlier seal over ${size} lines is not the one that the log has`);
    if (root !== rootAt(content, size)) {
      return fault(`its earlier seal over ${size} lines does not fit the later one`);
    }
    const { text, signature } = stored;
    if (epoch && epoch.key !== (signature && keyNameOf(signature))) {
      return [{ status: 'BAD-SIG', message: `its earlier seal over ${size} lines is not signed as the log says` }];
    }
    if (epoch || signature === null || (await check.check({ text, signature })).status !== 'bad') continue;
    return [{ status: 'BAD-SIG', message: `the signature of its earlier seal over ${size} lines does not fit` }];
  }
  return [];
}

function rootAt({ roots }: ContentHash, size: number): string | undefined {
  return roots.get(size)?.root.toString('base64');
}

/** Codex rewrites sessions of its older versions as paginated ones. */
async function isMigrated(file: RolloutFile, { more }: Checkpoint): Promise<boolean> {
  const sealed = parseDigest(more.get('events'));
  if (!sealed || sealed.events === 0 || (await headOf(file)).dialect !== 'paginated') return false;
  const now = await digestEvents(file, Number.POSITIVE_INFINITY, sealed.events);
  return now.events === sealed.events && now.sha256 === sealed.sha256;
}
