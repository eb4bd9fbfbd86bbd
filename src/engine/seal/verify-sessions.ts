import type { Clock } from '../../base/io.ts';
import type { Home } from '../../store/home.ts';
import { checkpointsOf, isSealing, listSeals } from '../../store/seals.ts';
import { CheckpointFolder } from '../../store/seals-checkpoints.ts';
import type { KnownLog } from '../../store/seals-known.ts';
import { type Anchor, readAnchor } from './anchor.ts';
import { announcementOf, originOf, parseCheckpoint } from './checkpoint.ts';
import type { Found } from './find-subjects.ts';
import { evidenceOf, type JournalReading, readNews } from './journal-news.ts';
import { anchorOf } from './known-log.ts';
import { isLogTrusted } from './log-trust.ts';
import { readSealLog, type SealLog } from './read-log.ts';
import type { SignatureCheck } from './signature-check.ts';
import { Trust } from './trust.ts';
import { verifyLog } from './verify-log.ts';
import type { VerifyResult } from './verify-result.ts';
import { expectedOf, type VerifyContext, type VerifySubject, verifyRollout } from './verify-rollout.ts';
import { wasSigned } from './was-signed.ts';

/** The log of a home's seals, and the checkpoints of it that were kept elsewhere. */
export interface Ledger {
  log: SealLog;
  anchors: Anchor[];
  /** A run was adding to the log while it was read. */
  isSealing: boolean;
}

export interface LedgerOptions {
  /** What the user has last seen of the log. */
  known?: KnownLog | null;
  /** To wait for a run that adds to the log; without one, nobody is waited for. */
  clock?: Clock;
  signal?: AbortSignal;
}

/** @param anchors paths of checkpoints that were kept elsewhere */
export async function openLedger(
  home: Home,
  anchors: readonly string[],
  check: SignatureCheck,
  { known, clock, signal }: LedgerOptions = {},
): Promise<Ledger> {
  const read: Anchor[] = [];
  for (const path of anchors) read.push(await readAnchor(path, check));
  const own = anchorOf(known);
  if (own) read.push(own);
  const sizes = read.map(({ checkpoint }) => checkpoint.size);
  const until = clock ? clock.now() + LONGEST_WAIT_MS : 0;
  for (;;) {
    const wasSealing = isSealing(home);
    const log = await readSealLog(home, sizes);
    if (!hasTail(log)) return { log, anchors: read, isSealing: wasSealing };
    // That somebody has the lock is no proof that a run is adding to the log: everybody can take it.
    const isLate = !clock || clock.now() >= until;
    if (!wasSealing && !isSealing(home)) {
      // A run may have begun and ended meanwhile.
      return { log: await readSealLog(home, sizes), anchors: read, isSealing: false };
    }
    if (isLate) return { log, anchors: read, isSealing: true };
    await clock.sleep(PAUSE_MS, signal);
  }
}

const LONGEST_WAIT_MS = 5000;
const PAUSE_MS = 100;

/** Checks rollouts, each in constant memory, and behind them the log that says which seals there have to be. */
export async function* verifySessions(
  { log, anchors, isSealing }: Ledger,
  found: readonly Found[],
  { onDone, ...given }: VerifyContext & { onDone?(done: number, of: number): void },
): AsyncGenerator<VerifyResult> {
  const { home, check } = given;
  // Where something is signed, a signature that is missing was taken away.
  if (wasSigned(home, log)) check.askForSignatures();
  const context = { ...given, isLogTrusted: await isLogTrusted(log, new Trust(check, null)) };
  const fates = new Fates(context.home, log);
  for (const [index, { rolloutId, entry }] of found.entries()) {
    context.signal.throwIfAborted();
    onDone?.(index, found.length);
    for (const next of found.slice(index, index + LOOKED_AHEAD)) checkAhead(next, log, context);
    const known = log.sealed.rollouts.get(rolloutId) ?? null;
    const fate = entry ? null : fates.of(rolloutId);
    yield await verifyRollout({ rolloutId, entry, known, fate }, context);
  }
  const seals = listSeals(context.home);
  let ahead = seals.filter((rolloutId) => isAhead(rolloutId, log, context.home));
  // Somebody may have sealed them since the log was read.
  if (ahead.length > 0) {
    const fresh = await readSealLog(context.home);
    ahead = ahead.filter((rolloutId) => isAhead(rolloutId, fresh, context.home));
  }
  const result = await verifyLog(log, anchors, { ahead, hasSeals: seals.length > 0, isSealing }, context);
  if (result) yield result;
}

/** Each signature is checked by a program of its own; several run while files are read. */
const LOOKED_AHEAD = 4;

function checkAhead({ rolloutId, entry }: Found, log: SealLog, context: VerifyContext): void {
  // Of what is gone, and of another session's seal, nobody asks for the signature: these checks would all run at once.
  if (!entry) return;
  const stored = new CheckpointFolder(checkpointsOf(context.home, rolloutId)).current();
  const checkpoint = stored && parseCheckpoint(stored.text);
  if (!checkpoint || checkpoint.origin !== originOf(rolloutId) || stored.signature === null) return;
  const { text, signature } = stored;
  const known = log.sealed.rollouts.get(rolloutId) ?? null;
  context.check.checkAhead({ text, signature, vouchedAt: expectedOf({ known }, checkpoint, context).vouchedAt });
}

function hasTail({ content, checkpoint }: SealLog): boolean {
  return (content?.lines ?? 0) > (checkpoint?.size ?? 0) || (content?.unfinishedBytes ?? 0) > 0;
}

/**
 * What is sealed is announced in the log first, in a line that the seal names. So a seal that stands in no part of it, or elsewhere
 * than it says, is one that the log has lost.
 */
function isAhead(rolloutId: string, log: SealLog, home: Home): boolean {
  const stored = new CheckpointFolder(checkpointsOf(home, rolloutId)).current();
  const checkpoint = stored && parseCheckpoint(stored.text);
  if (!checkpoint || checkpoint.size <= (log.sealed.rollouts.get(rolloutId)?.size ?? -1)) return false;
  const announced = announcementOf(checkpoint);
  const isHere = announced?.log === log.checkpoint?.origin;
  return !log.tail.some(({ line, entry }) => {
    const isIt = 'size' in entry && entry.rollout_id === rolloutId && entry.size === checkpoint.size;
    return isIt && (!isHere || line === announced?.line);
  });
}

/** What became of rollouts that are gone: by the signed log, else by the journal, which is read when it is first needed. */
class Fates {
  readonly #home: Home;
  readonly #log: SealLog;
  #journal: JournalReading | null = null;

  constructor(home: Home, log: SealLog) {
    this.#home = home;
    this.#log = log;
  }

  of(rolloutId: string): VerifySubject['fate'] {
    const noted = this.#log.sealed.rollouts.get(rolloutId)?.fate;
    const told = noted && noted.event !== 'removed' ? { event: noted.event, tx: noted.tx, isSigned: true } : null;
    this.#journal ??= readNews(this.#home);
    const later = this.#lastOf(rolloutId, this.#journal);
    // Trashed by the log and purged since: the journal knows more.
    return told && (later === null || later.event === told.event) ? told : later;
  }

  /** What something bears out, or a command is still at work on. A damaged journal is told of by itself. */
  #lastOf(rolloutId: string, { news, view }: JournalReading): VerifySubject['fate'] {
    const last = news.findLast((one) => 'rolloutIds' in one && one.rolloutIds.includes(rolloutId));
    if (!last || !('rolloutIds' in last) || evidenceOf(this.#home, last, view).status === 'missing') return null;
    return { event: last.event, tx: last.tx, isSigned: false };
  }
}
