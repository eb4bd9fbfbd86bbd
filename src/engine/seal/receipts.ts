import { Failure } from '../../base/failure.ts';
import type { Home } from '../../store/home.ts';
import { NO_LINE } from '../../store/journal-read.ts';
import type { JournalView } from '../purge/deletion-state.ts';
import { isClean } from '../purge/receipt.ts';
import { gatherReceipts, isToldBy, type ReceiptGatherer } from '../purge/receipt-facts.ts';
import { parseReceipt, readReceipt, readReceiptSignature, type StoredReceipt } from '../purge/receipt-files.ts';
import type { FateEntry, HoldEntry } from './log-entry.ts';
import type { Fault } from './verify-rollout.ts';

/** A receipt that there is, or has to be. */
export interface HeldReceipt {
  tx: string;
  /** Null where it is gone, or cannot be read. */
  text: string | null;
  /** Armoured; null where there is none. */
  signature: string | null;
  /** Why it is not what was recorded; null when it is. */
  fault: Fault | null;
}

/**
 * The receipts that the journal of a home knows, in their order, each held against the one before, against all that the journal says
 * of its purge, and against what the log of the seals has taken over of it.
 *
 * @param view as far as the journal is without damage
 */
export function readReceipts(
  home: Home,
  view: JournalView,
  fromJournal: readonly (FateEntry | HoldEntry)[],
): HeldReceipt[] {
  const facts = view.damage ? null : gatherReceipts(home);
  const sealed = sealedReceipts(fromJournal);
  return view.receipts.map(({ tx }, at) =>
    holdReceipt(home, tx, (stored) => faultOf(stored, { at, facts, view, sealed: sealed.get(tx) })),
  );
}

/** @param judge what speaks against its bytes */
export function holdReceipt(home: Home, tx: string, judge: (stored: StoredReceipt) => string | null): HeldReceipt {
  try {
    const stored = readReceipt(home, tx);
    const signature = readReceiptSignature(home, tx);
    if (!stored) return { tx, text: null, signature, fault: { status: 'MISSING', message: 'the receipt is gone' } };
    const message = judge(stored);
    return { tx, text: stored.text, signature, fault: message === null ? null : { status: 'MODIFIED', message } };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { tx, text: null, signature: null, fault: { status: 'UNREADABLE', message: error.message } };
  }
}

interface Known {
  at: number;
  /** Null where the journal cannot be read to its end. */
  facts: ReceiptGatherer | null;
  view: JournalView;
  /** What the log of the seals says of its bytes. */
  sealed: string | undefined;
}

function faultOf({ text, sha256 }: StoredReceipt, { at, facts, view, sealed }: Known): string | null {
  const recorded = view.receipts[at] as JournalView['receipts'][number];
  if (sealed !== undefined && sha256 !== sealed) return 'the signed log has another receipt of this purge';
  if (sha256 !== recorded.sha256) return 'it is not what the journal recorded';
  const receipt = parseReceipt(text);
  if (!receipt || receipt.tx !== recorded.tx) return 'it is not a receipt of this purge';
  const before = view.receipts[at - 1]?.sha256 ?? NO_LINE;
  if (receipt.seq !== at || receipt.prev !== before) return 'it does not follow from the one before';
  if (facts === null) return null;
  const isTold = isToldBy(facts.of(recorded.tx), receipt) && isClean(receipt.checks) === recorded.clean;
  return isTold ? null : 'it does not say what the journal says of this purge';
}

function sealedReceipts(fromJournal: readonly (FateEntry | HoldEntry)[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of fromJournal) {
    if (entry.tx !== null && 'receipt_sha256' in entry && entry.receipt_sha256) {
      found.set(entry.tx, entry.receipt_sha256);
    }
  }
  return found;
}
