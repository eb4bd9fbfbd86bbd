import { existsSync } from 'node:fs';
import type { Home } from '../../../store/home.ts';
import { sealFolder } from '../../../store/seals.ts';
import type { SignatureCheck } from '../../seal/signature-check.ts';
import type { Signer } from '../../seal/signer.ts';
import type { Source } from '../incoming.ts';
import type { ImportPlan, Placing } from '../plan.ts';
import { type OfferedSeal, offeredSeal } from './offered-seal.ts';
import { isStaged } from './staged-seal.ts';

/** Which seals come along, and why others do not. */
export interface SealPlan {
  /** Who signs the log of the home, in which they are entered. */
  signer: Signer | null;
  taken: Map<Placing, OfferedSeal>;
  left: { threadId: string; reason: string }[];
}

export interface SealOptions {
  check: SignatureCheck;
  /** Null where nothing says with which key. */
  openSigner(): Promise<Signer | null>;
  signal: AbortSignal;
}

/**
 * Looks at the seals of a bundle. A seal comes along with the file that it is of, to a home that has none of it; never to a
 * session that was there before, whose keeper has not sealed it; but where an import died half way, it is brought to its end.
 *
 * @param options null: none is wanted
 * @throws Failure `findings` for a seal that is not of its file
 */
export async function planSeals(
  home: Home,
  { bundle }: Source,
  { placings, ids }: ImportPlan,
  options: SealOptions | null,
): Promise<SealPlan> {
  const plan: SealPlan = { signer: null, taken: new Map(), left: [] };
  // With other ids, files are not what was sealed; and what was redacted is not what was recorded.
  if (options === null || bundle === null || bundle.redacted || ids.size > 0) return plan;
  for (const placing of placings) {
    const { threadId, rolloutId, status, incoming } = placing;
    const isOther = status === 'present' || existsSync(sealFolder(home, rolloutId));
    if (isOther && !isStaged(home, placing)) continue;
    const seal = await offeredSeal(bundle, incoming, options);
    if (seal === null) continue;
    if ('reason' in seal) plan.left.push({ threadId, reason: seal.reason });
    else plan.taken.set(placing, seal);
  }
  if (plan.taken.size === 0) return plan;
  plan.signer = await options.openSigner();
  if (plan.signer) return plan;
  // An unsigned log that knows of signed seals would read as one that somebody has rewritten.
  const reason = 'there is no key to sign the log of the seals of this home with: name it with --key, or set seal.key';
  for (const { threadId } of plan.taken.keys()) plan.left.push({ threadId, reason });
  plan.taken.clear();
  return plan;
}
