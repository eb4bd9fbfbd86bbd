import { exitCodes, worstExit } from '../../base/failure.ts';
import type { VerifyResult, VerifyStatus } from '../../engine/seal/verify-result.ts';

/** Counts results, and says with which code the run ends. */
export class Tally {
  readonly counts = new Map<VerifyStatus, number>();
  isIncomplete = false;
  readonly #isStrict: boolean;
  #hasFindings = false;

  constructor(isStrict: boolean) {
    this.#isStrict = isStrict;
  }

  add(result: VerifyResult): void {
    const { status } = result;
    this.counts.set(status, (this.counts.get(status) ?? 0) + 1);
    if (status === 'UNREADABLE') this.isIncomplete = true;
    else if (!this.isGood(result)) this.#hasFindings = true;
  }

  /** Lines that come behind a seal are what sessions do; lines that nobody signed are nothing that a log does. */
  isGood({ status, subject }: VerifyResult): boolean {
    return status === 'VERIFIED' || (status === 'TAIL' && subject === 'session' && !this.#isStrict);
  }

  get exit(): number {
    return worstExit(this.isIncomplete ? exitCodes.partial : 0, this.#hasFindings ? exitCodes.findings : 0);
  }
}
