import { Failure } from '../../base/failure.ts';
import { formatTime } from '../../base/time.ts';
import type { RolloutEntry } from '../../store/discover.ts';
import type { Home } from '../../store/home.ts';
import type { RolloutFile } from '../../store/rollout-file.ts';
import { checkpointsOf, leavesPath, openReplacement } from '../../store/seals.ts';
import { CheckpointFolder } from '../../store/seals-checkpoints.ts';
import { headOf } from '../read-head.ts';
import {
  type Checkpoint,
  formatAnnouncement,
  formatCheckpoint,
  originOf,
  parseCheckpoint,
  threadOfSeal,
} from './checkpoint.ts';
import { digestEvents, formatDigest } from './event-digest.ts';
import { type ContentHash, hashContent } from './hash-content.ts';
import type { LogWriter } from './log-writer.ts';
import { HASH_BYTES } from './merkle.ts';
import { openEntry } from './open-entry.ts';
import type { SealRecord } from './seal-record.ts';
import type { Signer } from './signer.ts';
import { keyNameOf } from './ssh-signature.ts';
import type { Trust } from './trust.ts';

export interface SealContext {
  home: Home;
  log: LogWriter;
  signer: Signer | null;
  trust: Trust;
  now(): number;
  signal: AbortSignal;
  onProgress?(bytes: number): void;
}

/**
 * Seals a rollout as far as its last whole line. A seal that is there grows, after it was shown that what it covers has not
 * changed: no line is ever sealed again.
 *
 * @throws Failure `findings` when the file or its seal is not what was sealed; `partial` for a file that cannot be read
 */
export async function sealRollout(entry: RolloutEntry, context: SealContext): Promise<SealRecord> {
  const folder = new CheckpointFolder(checkpointsOf(context.home, entry.rolloutId));
  const before = await currentSeal(entry, folder, context);
  const file = await openEntry(entry);
  const leaves = await openReplacement(leavesPath(context.home, entry.rolloutId));
  try {
    const epochs = epochsOf(entry.rolloutId, folder, context);
    const content = await hashWithLeaves(file, leaves, epochs, context);
    if (content.damage) {
      const { message, offset } = content.damage;
      throw new Failure('partial', `cannot be sealed: ${message}`, { file: file.path, offset });
    }
    requireUnchanged(epochs, content, file.path);
    const event = eventOf(before, content, context.signer);
    const root = content.root.toString('base64');
    const record: SealRecord = {
      ...{ schema: 'sessions.seal/1', thread_id: entry.threadId, rollout_id: entry.rolloutId, path: file.path },
      ...{
        event,
        size: content.lines,
        previous_size: before?.checkpoint.size ?? null,
        root,
        size_bytes: content.bytes,
      },
      key: context.signer?.fingerprint ?? null,
    };
    if (event === 'unchanged') return { ...record, key: before?.key ?? null };
    const at = formatTime(context.now()) ?? 'unknown';
    const text = await textOf(entry, file, content, { at, log: context.log.origin, line: context.log.size + 1 });
    const signature = context.signer ? await context.signer.sign(text) : null;
    const { rollout_id, thread_id, size, key } = record;
    const logEntry = {
      ...{ schema: 'sessions.seal-log-entry/1' as const, at, event },
      ...{ rollout_id, thread_id, size, root, key },
    };
    await context.log.during(logEntry, async () => {
      await leaves.finish();
      if (event === 'signed' && signature !== null) await folder.sign(size, text, signature);
      else await folder.write(size, text, signature);
    });
    return record;
  } finally {
    await leaves.abandon();
    await file.close();
  }
}

interface Before {
  checkpoint: Checkpoint;
  isSigned: boolean;
  key: string | null;
}

/** The seal that is there, if it is the one that the log knows and its signature is good. */
async function currentSeal(
  { rolloutId, threadId }: RolloutEntry,
  folder: CheckpointFolder,
  { log, trust, signer }: SealContext,
): Promise<Before | null> {
  const known = log.history.rollouts.get(rolloutId);
  const stored = folder.current();
  const wrong = (message: string, hint = 'sessions verify says more; it was not sealed') =>
    new Failure('findings', message, { file: folder.path, hint });
  if (!stored) {
    if (known) throw wrong('the seal of this session is gone, which the log has', LOST_SEAL);
    // A run that was killed leaves a signature of nothing. The signed log, which knows of no seal, says that it is no more than that.
    if (!signer && folder.hasSignatures()) {
      throw wrong('the seal of this session is gone, and a signature of it is there');
    }
    return null;
  }
  const checkpoint = parseCheckpoint(stored.text);
  if (checkpoint?.origin !== originOf(rolloutId)) throw wrong('the seal is not one of this session');
  if (checkpoint.size !== known?.size || checkpoint.root !== known.root) {
    const isLater = checkpoint.size > (known?.size ?? -1);
    const message = isLater ? 'the log knows nothing of the seal of this session' : OTHER_SEAL;
    throw wrong(message, isLater ? LATER_SEAL : LOST_SEAL);
  }
  const sealedThread = threadOfSeal(checkpoint);
  if (sealedThread !== threadId || known.threadId !== threadId) {
    throw wrong(
      `the seal is one of thread ${sealedThread ?? known.threadId}, and the file has the name of another one`,
    );
  }
  if (stored.signature === null) {
    if (known.key !== null) throw wrong('the signature of the seal is gone');
    // Without a signature it is no more, and no less, than what the log says of it, and that was checked.
    return { checkpoint, isSigned: false, key: null };
  }
  await trust.require(stored, 'the seal of this session', known.epochs.at(-1)?.at);
  if (keyNameOf(stored.signature) !== known.key) throw wrong('the seal is signed with another key than the log says');
  return { checkpoint, isSigned: true, key: known.key };
}

const OTHER_SEAL = 'the seal of this session is not the one that the log has';
const LOST_SEAL =
  'it was not sealed; put its folder in .sessions/seals back from where you keep copies of the home: sessions verify says what is missing';
/** A log from a backup, beside seals that are newer; or a seal that somebody has put there. */
const LATER_SEAL =
  'it was not sealed; where .sessions/seals/log.jsonl was put back from a backup, sessions seal --new-log begins another log with the seals that are there';

async function hashWithLeaves(
  file: RolloutFile,
  leaves: { write(bytes: Uint8Array): Promise<void> },
  epochs: readonly Epoch[],
  { signal, onProgress }: SealContext,
): Promise<ContentHash> {
  let pending: Buffer[] = [];
  const flush = async () => {
    if (pending.length > 0) await leaves.write(Buffer.concat(pending));
    pending = [];
  };
  const content = await hashContent(file, {
    at: epochs.map(({ size }) => size),
    signal,
    onLeaf: (leaf) => void pending.push(leaf),
    async afterBlock(bytes) {
      onProgress?.(bytes);
      if (pending.length * HASH_BYTES > 64 * 1024) await flush();
    },
  });
  await flush();
  return content;
}

/** A range that was sealed once. */
interface Epoch {
  size: number;
  root: string | null;
}

/** Every range that the log has, and every one that there is a checkpoint for. */
function epochsOf(rolloutId: string, folder: CheckpointFolder, { log }: SealContext): Epoch[] {
  const stored = folder.sizes().flatMap((size): Epoch[] => {
    const text = folder.at(size)?.text;
    return text === undefined ? [] : [{ size, root: parseCheckpoint(text)?.root ?? null }];
  });
  return [...(log.history.rollouts.get(rolloutId)?.epochs ?? []), ...stored].sort((a, b) => b.size - a.size);
}

function requireUnchanged(epochs: readonly Epoch[], { lines, roots }: ContentHash, file: string): void {
  const hint = 'sessions verify says where; it was not sealed';
  for (const { size, root } of epochs) {
    if (lines < size)
      throw new Failure('findings', `${size} lines were sealed, and ${lines} are there`, { file, hint });
    if (roots.get(size)?.root.toString('base64') === root) continue;
    throw new Failure('findings', 'lines that were sealed have changed', { file, hint });
  }
}

function eventOf(before: Before | null, { lines }: ContentHash, signer: Signer | null): SealRecord['event'] {
  if (!before) return 'created';
  if (lines > before.checkpoint.size) return 'extended';
  return signer && !before.isSigned ? 'signed' : 'unchanged';
}

/** @throws Failure `findings` for a file that says that it belongs to another thread than its name does */
async function textOf(
  { rolloutId, threadId }: RolloutEntry,
  file: RolloutFile,
  content: ContentHash,
  { at, ...announcement }: { at: string; log: string; line: number },
): Promise<string> {
  const head = await headOf(file);
  if (head.threadId !== null && head.threadId !== threadId) {
    const hint = 'sessions validate says more; it was not sealed';
    throw new Failure('findings', `says that it is of thread ${head.threadId}, unlike its name`, {
      file: file.path,
      hint,
    });
  }
  const more = new Map([
    ['thread', threadId],
    ['at', at],
    ['log', formatAnnouncement(announcement)],
    ['bytes', String(content.bytes)],
  ]);
  // What Codex may migrate, so that it can be recognised then.
  if (head.dialect === 'envelope') more.set('events', formatDigest(await digestEvents(file, content.bytes, null)));
  return formatCheckpoint({
    ...{ origin: originOf(rolloutId), size: content.lines, root: content.root.toString('base64') },
    more,
  });
}
