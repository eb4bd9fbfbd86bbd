import { Failure } from '../../base/failure.ts';
import type { StoredCheckpoint } from '../../store/seals-checkpoints.ts';
import type { SignatureCheck, SignatureVerdict } from './signature-check.ts';
import type { Signer } from './signer.ts';

/**
 * Whose checkpoints a run goes on from: its own key's, and those of the allowed signers. Otherwise its signature would make good
 * what somebody else has put there.
 */
export class Trust {
  readonly #check: SignatureCheck;
  readonly #signer: Signer | null;

  constructor(check: SignatureCheck, signer: Signer | null) {
    this.#check = check;
    this.#signer = signer;
  }

  /**
   * @param what how messages call it
   * @param vouchedAt when the signature was there already, by a log that is trusted
   * @throws Failure `findings` for a signature that is missing, bad or of an unknown key; `usage` where a signed tree would go on
   *   without a signature
   */
  async require(stored: StoredCheckpoint, what: string, vouchedAt: string | null = null): Promise<void> {
    const { path: file, text, signature } = stored;
    if (signature === null) throw new Failure('findings', `${what} is not signed`, { file });
    if (!this.#signer) throw new Failure('usage', `${what} was signed until now; --unsigned would end that`, { file });
    const verdict = await this.judge({ text, signature }, vouchedAt);
    if (verdict === null || verdict.status === 'good') return;
    if (verdict.status === 'bad') throw new Failure('findings', `${what}: ${verdict.message}`, { file });
    const hint = 'if that key was yours, add it to ~/.ssh/allowed_signers: see sessions-verify(1)';
    throw new Failure('findings', `${what} is signed by the unknown key ${verdict.fingerprint}`, { file, hint });
  }

  /** Null where the run's own key has signed. */
  async judge(
    signed: { text: string; signature: string },
    vouchedAt: string | null = null,
  ): Promise<SignatureVerdict | null> {
    if (this.#signer && (await this.#check.isBy(this.#signer.key, signed))) return null;
    return this.#check.check({ ...signed, vouchedAt });
  }
}
