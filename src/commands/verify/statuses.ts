import { bundleStatuses } from '../../engine/bundle/check/bundle-check.ts';
import type { VerifyStatus } from '../../engine/seal/verify-result.ts';

const statuses: { [status in VerifyStatus]: string } = {
  VERIFIED: 'Every line is as it was sealed, and there are no others.',
  TAIL:
    'Every sealed line is as it was, and there are newer ones. Of the log it is a finding: nobody signed them. A run of `sessions seal` that was ' +
    'killed leaves such lines, and the next one looks at them; one that is still at work is waited for, up to five seconds.',
  UNSEALED:
    'There is no seal, or one over no line; or there was one, which the log knows, and it is gone. Also of links and of what is no file, where ' +
    'sessions are: these are not followed.',
  MODIFIED:
    'Lines are not those that were sealed: the first bad one is named, with the byte where it begins. Or the seal is another ' +
    'one than the log says: of another session, or over the same lines again. Or the file has the name of another session than the one that was sealed.',
  TRUNCATED: 'Sealed lines are missing at the end; those before are as they were.',
  'ROLLED-BACK':
    'A seal is older than the log says, or the log is older than an anchor, or than what was last seen of it here, or does not go on from it.',
  MISSING: 'A sealed session is gone, and nothing says why; or the log is.',
  PRUNED: 'A sealed session was moved to the trash or purged, by a transaction of `sessions prune`.',
  'BAD-SIG':
    'The signature does not fit, is gone, is that of another key than the log says, or is missing where signatures are asked for.',
  'UNKNOWN-KEY': 'Signed with a key that no list of allowed signers lets sign this, or not now.',
  UNREADABLE: 'The file cannot be read to the end.',
  REDACTED:
    'In a bundle that was made with `--redact`: hashes stand for lines that something was taken out of. The others are as they were sealed; ' +
    'of these, nothing is shown. Good only with `--allow-redacted`.',
  MIGRATED:
    '`codex migrate-rollouts` has rewritten the file into its newer form: what was said is the same, but these are not the lines ' +
    'that were sealed.',
};

/** For help and manual. */
export const statusEntries = Object.entries(statuses).map(([term, text]) => ({ term, text }));

export const bundleStatusEntries = Object.entries(bundleStatuses).map(([term, text]) => ({ term, text }));
