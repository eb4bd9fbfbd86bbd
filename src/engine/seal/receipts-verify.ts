import { join } from 'node:path';
import type { Home } from '../../store/home.ts';
import { listReceipts, receiptPath } from '../purge/receipt-files.ts';
import { verifyJournal } from './journal-verify.ts';
import { judgeReceipt } from './judge-receipt.ts';
import type { SealLog } from './read-log.ts';
import { type HeldReceipt, holdReceipt, readReceipts } from './receipts.ts';
import type { SignatureCheck } from './signature-check.ts';
import { Trust } from './trust.ts';
import { resultOf, type VerifyResult } from './verify-result.ts';
import { vouchForReceipts } from './vouched-receipts.ts';

/**
 * Checks the record of deletions: the journal, and each receipt of a purge against the one before, against the journal, against
 * the log of the seals, and by its signature. Nothing where nothing was ever removed.
 *
 * @param log of the seals
 */
export async function* verifyReceipts(
  home: Home,
  log: SealLog,
  { check, signal }: { check: SignatureCheck; signal: AbortSignal },
): AsyncGenerator<VerifyResult> {
  const stored = listReceipts(home);
  const { sealed } = log;
  const { view, result } = verifyJournal(home, sealed, stored.length > 0);
  if (!result) return;
  yield result;
  const receipts = readReceipts(home, view, sealed.fromJournal);
  const isKnown = new Set(receipts.map(({ tx }) => tx));
  const isBroken = result.status !== 'VERIFIED';
  const strangers = stored
    // The command that has begun it writes the receipt before it records that.
    .filter((tx) => !isKnown.has(tx) && !view.openPurges.has(tx))
    .map((tx) =>
      holdReceipt(home, tx, () =>
        isBroken ? 'the journal cannot bear it out' : 'the journal knows nothing of this purge',
      ),
    );
  const all = [...receipts, ...strangers];
  if (all.some(({ signature }) => signature !== null)) check.askForSignatures();
  const vouchedAt = await vouchForReceipts(home, log, new Trust(check, null));
  for (const receipt of all) {
    signal.throwIfAborted();
    yield await verifyReceipt(home, receipt, { check, vouchedAt: receipt.fault ? null : vouchedAt(receipt.tx) });
  }
}

async function verifyReceipt(
  home: Home,
  { tx, text, signature, fault }: HeldReceipt,
  { check, vouchedAt }: { check: SignatureCheck; vouchedAt: string | null },
): Promise<VerifyResult> {
  const about = { subject: 'receipt' as const, tx, path: text === null ? null : join(home.path, receiptPath(tx)) };
  if (text === null) return resultOf(fault?.status ?? 'MISSING', { ...about, message: fault?.message ?? null });
  const { signer, fault: unsigned } = await judgeReceipt({ text, signature, vouchedAt }, check);
  const worst = unsigned ?? fault;
  if (worst) return resultOf(worst.status, { ...about, signer, message: worst.message });
  return resultOf('VERIFIED', { ...about, signer, message: signature === null ? 'it is not signed' : null });
}
