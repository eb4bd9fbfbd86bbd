import type { VerifyResult } from '../../seal/verify-result.ts';
import type { RedactedLines } from '../redactions.ts';

/**
 * What the check of a redacted rollout comes to, in which hashes stood for the lines that something was taken out of. That all
 * else is as it was sealed does not make those lines so: anybody can make a bundle that shows nothing but hashes.
 */
export function judgeRedacted(result: VerifyResult, lines: RedactedLines): VerifyResult {
  const { status, sealed } = result;
  const hidden = lines.within(sealed ?? 0);
  if ((status !== 'VERIFIED' && status !== 'TAIL') || hidden === 0) return result;
  const many = `${hidden} of ${sealed} sealed lines ${hidden === 1 ? 'is' : 'are'} not shown`;
  const message = `${many}: what stands there instead is the word of who made the bundle; the others are as they were sealed`;
  return { ...result, status: 'REDACTED', message };
}
