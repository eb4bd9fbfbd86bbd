import { Failure } from '../../base/failure.ts';
import type { Home } from '../../store/home.ts';
import { formatAnchor } from './anchor.ts';
import { fitsCheckpoint } from './read-log.ts';
import type { SignatureCheck } from './signature-check.ts';
import { openLedger, verifySessions } from './verify-sessions.ts';

/**
 * The checkpoint of a log with its signature, to be kept elsewhere. What is kept is taken for the truth later, so it is that of a log
 * that is what was signed.
 *
 * @returns and what speaks against its key; null where nothing does
 * @throws Failure `findings` where nothing was ever sealed, and for a log that is not what was signed
 */
export async function checkedCheckpoint(
  home: Home,
  { check, signal }: { check: SignatureCheck; signal: AbortSignal },
): Promise<{ text: string; doubt: string | null }> {
  const ledger = await openLedger(home, [], check);
  const { stored, sealed, foreign } = ledger.log;
  for await (const { status, message } of verifySessions(ledger, [], { home, check, signal })) {
    const isWhole = fitsCheckpoint(ledger.log) && sealed.broken.length === 0 && foreign.sealed === null;
    const isUnknown = status === 'UNKNOWN-KEY' && isWhole;
    if (!stored || !(status === 'VERIFIED' || status === 'TAIL' || isUnknown)) {
      const hint = 'sessions verify says more';
      throw new Failure('findings', `the log of the seals is ${status}: ${message ?? 'its checkpoint is gone'}`, {
        hint,
      });
    }
    return { text: formatAnchor(stored.text, stored.signature), doubt: isUnknown ? message : null };
  }
  throw new Failure('findings', 'nothing was ever sealed in this home');
}
