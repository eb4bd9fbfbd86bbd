import type { StoredCheckpoint } from '../../store/seals-checkpoints.ts';
import type { SignatureCheck, SignatureVerdict } from './signature-check.ts';
import { keyNameOf } from './ssh-signature.ts';
import type { Signatory } from './verify-result.ts';
import type { Fault } from './verify-rollout.ts';

/** What the log says of the signature of a seal. */
export interface ExpectedSignature {
  /** Fingerprint of the key of this seal; null where it was not signed, or the log does not know it. */
  key: string | null;
  /** A key that signed something before, so that a signature is asked for. */
  earlierKey: string | null;
  /** Since when it is there, by a log that is trusted; null where none says so. */
  vouchedAt: string | null;
}

/**
 * What the signature of a checkpoint says.
 *
 * @param expected null where nothing is known
 * @returns the verdict, null where there is no signature; and what speaks against it
 */
export async function judgeSignature(
  { text, signature }: StoredCheckpoint,
  expected: ExpectedSignature | null,
  check: SignatureCheck,
): Promise<{ verdict: SignatureVerdict | null; fault: Fault | null }> {
  const bad = (message: string): Fault => ({ status: 'BAD-SIG', message });
  if (signature === null) {
    const key = expected?.key ?? expected?.earlierKey ?? null;
    if (key !== null) return { verdict: null, fault: bad(`its signature is gone: it was signed with ${key}`) };
    if (!check.isSignatureAsked) return { verdict: null, fault: null };
    const why = check.signers ? 'there is a list of those who sign' : 'signatures are asked for';
    return { verdict: null, fault: bad(`it is not signed, and ${why}`) };
  }
  const verdict = await check.check({ text, signature, vouchedAt: expected?.vouchedAt ?? null });
  if (verdict.status === 'bad') return { verdict, fault: bad(verdict.message) };
  const other = expected?.key && keyNameOf(signature) !== expected.key ? `; by the log it was ${expected.key}` : null;
  if (verdict.status === 'good') {
    return { verdict, fault: other === null ? null : bad(`signed with ${verdict.fingerprint}${other}`) };
  }
  const why = check.signers
    ? 'which the list of allowed signers does not let sign this'
    : 'and nobody says whose key that is';
  const message = `signed with ${verdict.fingerprint}, ${why}${other ?? ''}`;
  return { verdict, fault: { status: 'UNKNOWN-KEY', message } };
}

/** Who signed, as results name it. */
export function signatoryOf(verdict: SignatureVerdict | null): Signatory | null {
  if (!verdict || verdict.status === 'bad') return null;
  return { key: verdict.fingerprint, principal: verdict.status === 'good' ? verdict.principal : null };
}
