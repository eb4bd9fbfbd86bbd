import { signatoryOf } from './judge-signature.ts';
import type { SignatureCheck } from './signature-check.ts';
import type { Signatory } from './verify-result.ts';
import type { Fault } from './verify-rollout.ts';

/**
 * What the signature of a receipt says: who signed it, and what speaks against it.
 *
 * @param vouchedAt since when the receipt is there, by a log that is trusted; null where none says so
 */
export async function judgeReceipt(
  { text, signature, vouchedAt }: { text: string; signature: string | null; vouchedAt: string | null },
  check: SignatureCheck,
): Promise<{ signer: Signatory | null; fault: Fault | null }> {
  if (signature === null) {
    const message = 'it is not signed, and signatures are asked for; sessions seal signs it';
    return { signer: null, fault: check.isSignatureAsked ? { status: 'BAD-SIG', message } : null };
  }
  const verdict = await check.check({ text, signature, kind: 'receipt', vouchedAt });
  const signer = signatoryOf(verdict);
  if (verdict.status === 'good') return { signer, fault: null };
  if (verdict.status === 'bad') return { signer, fault: { status: 'BAD-SIG', message: verdict.message } };
  const message = `signed with ${verdict.fingerprint}, which no list of allowed signers lets sign this`;
  return { signer, fault: { status: 'UNKNOWN-KEY', message } };
}
