import { Failure } from '../../base/failure.ts';
import type { Home } from '../../store/home.ts';
import { lockStore } from '../../store/store-lock.ts';
import { readDeletions } from '../purge/deletion-state.ts';
import { isMadeHere } from '../purge/receipt.ts';
import { parseReceipt, readReceiptSignature, receiptPath, writeReceiptSignature } from '../purge/receipt-files.ts';
import { readSealLog } from './read-log.ts';
import { type HeldReceipt, readReceipts } from './receipts.ts';
import type { SignatureCheck } from './signature-check.ts';
import type { Signer } from './signer.ts';
import { Trust } from './trust.ts';
import { vouchForReceipts } from './vouched-receipts.ts';

/**
 * Signs the receipts of a home that are not signed yet: that of a purge that has just ended, and those that a key which could not be used,
 * or a kill, has left without. Each has to be what the journal, the receipts around it and the log of the seals say. The key is not touched
 * where there is nothing to sign. Call it without the store lock, which is taken for the moment of writing: a key may have to be touched by
 * hand.
 *
 * @param openSigner called when there is something to sign
 * @param onForeign told of each that was signed and that this process did not make
 * @returns what was not signed, and why
 * @throws Failure `busy` when another command has the store; `usage` for a key that cannot be used
 */
export async function signReceipts(
  home: Home,
  openSigner: () => Promise<Signer>,
  check: SignatureCheck,
  onForeign: (message: string) => void,
): Promise<Failure[]> {
  const view = readDeletions(home);
  const isUnsigned = ({ tx }: { tx: string }) => readReceiptSignature(home, tx) === null;
  if (!view.receipts.some(isUnsigned)) return [];
  if (view.damage) return [doubt(view.damage.message, `${home.path}/.sessions/journal.jsonl`, view.damage)];
  const log = await readSealLog(home);
  const receipts = readReceipts(home, view, log.sealed.fromJournal);
  const unsigned = receipts.filter(({ signature }) => signature === null);
  const doubts = unsigned.flatMap(({ tx, fault }) =>
    fault ? doubt(fault.message ?? fault.status, fileOf(home, tx)) : [],
  );
  const good = unsigned.filter(({ fault }) => fault === null);
  if (good.length === 0) return doubts;
  const signer = await openSigner();
  const vouchedAt = await vouchForReceipts(home, log, new Trust(check, signer));
  const stranger = await findStranger(home, receipts, { signer, check, vouchedAt });
  if (stranger) return [...doubts, stranger];
  const made: { tx: string; text: string; signature: string }[] = [];
  for (const { tx, text } of good as { tx: string; text: string }[]) {
    made.push({ tx, text, signature: await signer.sign(text, 'receipt') });
  }
  const lock = lockStore(home);
  try {
    // Another run may have been quicker.
    for (const one of made.filter(isUnsigned)) {
      writeReceiptSignature(home, one.tx, one.signature);
      if (!isMadeHere(one.tx)) onForeign(foreign(one));
    }
  } finally {
    lock.release();
  }
  return doubts;
}

/** Whoever can write to the home could have made it: the owner of the key is told what it was used for. */
function foreign({ tx, text }: { tx: string; text: string }): string {
  const receipt = parseReceipt(text);
  const count = receipt?.sessions.length ?? 0;
  const sessions = count === 1 ? 'one session' : `${count} sessions`;
  return `signed the receipt of ${tx}: ${sessions} purged at ${receipt?.purged_at}; not made by this run`;
}

/** Each receipt has the checksum of the one before, so the last that is signed speaks for those before it: is it by somebody else? */
async function findStranger(
  home: Home,
  receipts: readonly HeldReceipt[],
  { signer, check, vouchedAt }: { signer: Signer; check: SignatureCheck; vouchedAt(tx: string): string | null },
): Promise<Failure | null> {
  const last = receipts.findLast(({ signature, fault }) => signature !== null && fault === null);
  if (!last) return null;
  const signed = { text: last.text as string, signature: last.signature as string, kind: 'receipt' as const };
  if (await check.isBy(signer.key, signed)) return null;
  const verdict = await check.check({ ...signed, vouchedAt: vouchedAt(last.tx) });
  if (verdict.status === 'good') return null;
  const unknown = verdict.status === 'unknown-key' ? `it is signed by the unknown key ${verdict.fingerprint}` : '';
  return doubt(verdict.status === 'bad' ? verdict.message : unknown, `${fileOf(home, last.tx)}.sig`);
}

function doubt(message: string, file: string, place: { line?: number | undefined; offset?: number | undefined } = {}) {
  const hint = 'sessions verify says more';
  return new Failure('findings', `a deletion receipt was not signed: ${message}`, { ...place, file, hint });
}

function fileOf(home: Home, tx: string): string {
  return `${home.path}/${receiptPath(tx)}`;
}
