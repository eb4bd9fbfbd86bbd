import type { AllowedSigners } from '../../seal/allowed-signers.ts';
import type { Workplace } from '../open-bag.ts';

/** How a bundle is checked. */
export interface BundleChecking {
  /** Who may sign; null where nobody is known. What the bundle says of that counts for nothing. */
  signers: AllowedSigners | null;
  /** Whether what was never signed may be good. */
  allowsUnsigned: boolean;
  /** Checkpoints of the log that were kept elsewhere. */
  anchors: readonly string[];
  /** Where archives are unpacked. */
  workplace: Workplace;
  env: Workplace['env'];
  signal: AbortSignal;
  onProgress?(text: string): void;
}
