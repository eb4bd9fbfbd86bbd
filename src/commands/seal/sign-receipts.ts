import { exitCodes, toFailure } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { warn } from '../../base/warn.ts';
import { findAllowedSigners } from '../../engine/seal/allowed-signers.ts';
import { signReceipts } from '../../engine/seal/receipts-sign.ts';
import { SignatureCheck } from '../../engine/seal/signature-check.ts';
import { openSigner, type Signer } from '../../engine/seal/signer.ts';
import { readOwnSettings } from '../../runner/config/own-settings.ts';

type Home = Parameters<typeof signReceipts>[0];

/**
 * Signs the deletion receipts that have no signature yet, if our own settings name a key. What goes wrong is said, and changes
 * nothing about the run: what was purged stays so, and a later run signs its receipt.
 */
export async function signReceiptsLeft(home: Home, io: Io): Promise<void> {
  try {
    const key = (await readOwnSettings(home.path, io.env)).seal?.key;
    if (key === undefined) return;
    // A run that was asked to stop still signs what it has done.
    const check = new SignatureCheck(findAllowedSigners(undefined, io), { env: io.env });
    await tell(home, () => openSigner(key, io.env), check, io);
  } catch (error) {
    await tellLater(error, io);
  }
}

/** The same with a key that is there, for a run that is about signing. @returns the code to end with */
export async function signReceiptsWith(home: Home, signer: Signer, check: SignatureCheck, io: Io): Promise<number> {
  try {
    return await tell(home, async () => signer, check, io);
  } catch (error) {
    if (toFailure(error).kind !== 'busy') throw error;
    await tellLater(error, io);
    return 0;
  }
}

async function tell(home: Home, open: () => Promise<Signer>, check: SignatureCheck, io: Io): Promise<number> {
  const signed: string[] = [];
  let doubts: Awaited<ReturnType<typeof signReceipts>>;
  try {
    doubts = await signReceipts(home, open, check, (message) => signed.push(message));
  } finally {
    for (const message of signed) await warn(io, message);
  }
  for (const { message, place, hint } of doubts) await warn(io, `${message}; ${hint}`, place);
  return doubts.length > 0 ? exitCodes.findings : 0;
}

async function tellLater(error: unknown, io: Io): Promise<void> {
  const { message, place } = toFailure(error);
  await warn(io, `a deletion receipt is not signed yet; the next purge or seal signs it: ${message}`, place);
}
