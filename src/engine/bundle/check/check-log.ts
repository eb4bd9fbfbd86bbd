import type { SealedRollout } from '../../seal/seal-history.ts';
import type { VerifyResult } from '../../seal/verify-result.ts';
import { type VerifyContext, verifyRollout } from '../../seal/verify-rollout.ts';
import type { Ledger } from '../../seal/verify-sessions.ts';
import type { Custody } from '../custody.ts';
import { bagNames } from '../names.ts';
import { type BundleCheck, checkOf } from './bundle-check.ts';

/**
 * What the signed log of the seals knows of, and the bundle does not have. Of a bundle that leaves out nothing that the home has,
 * what is gone counts as it does in the home; of one with sessions that were chosen, it is told.
 */
export async function* checkLog(
  { log }: Ledger,
  { rollouts, completeness }: Custody,
  context: VerifyContext,
): AsyncGenerator<BundleCheck | VerifyResult> {
  const here = new Set(rollouts.map(({ rollout_id }) => rollout_id));
  const threads = new Set(rollouts.map(({ thread_id }) => thread_id));
  const isWhole = completeness.excluded_sessions === 0;
  const missed = new Set<string>();
  for (const [rolloutId, known] of log.sealed.rollouts) {
    if (here.has(rolloutId)) continue;
    const { threadId, fate } = known;
    if (fate === null && !threads.has(threadId)) missed.add(threadId);
    if (fate === null || !isWhole) yield checkOf('ABSENT', { thread_id: threadId, message: absence(rolloutId, known) });
    else {
      const told = fate.event === 'removed' ? null : { event: fate.event, tx: fate.tx, isSigned: true };
      yield await verifyRollout({ rolloutId, entry: null, known, fate: told }, context);
    }
  }
  const { excluded_sessions, failed, hidden_files } = completeness;
  const told = excluded_sessions + failed.length + hidden_files;
  if (missed.size <= told) return;
  const counts = `${told} sessions that are not here, and the log of the seals knows ${missed.size}`;
  if (isWhole) yield checkOf('DIFFERS', { file: bagNames.custody, message: `speaks of ${counts}` });
  else
    yield checkOf('ABSENT', { message: `the custody record speaks of ${counts}: nothing says where the others are` });
}

function absence(rolloutId: string, { size, fate }: SealedRollout): string {
  const what = `rollout ${rolloutId}, of which ${size} lines were sealed,`;
  if (fate === null) return `${what} is not in the bundle`;
  if (fate.event === 'removed') return `${what} was gone from the home at a later seal, and nothing says why`;
  return `${what} was ${fate.event} by transaction ${fate.tx}`;
}
