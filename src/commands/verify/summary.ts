import { oneLine } from '../../base/safe-text.ts';
import { type VerifyResult, type VerifyStatus, verifyStatuses } from '../../engine/seal/verify-result.ts';
import type { Colours } from '../../ui/colour.ts';

/** One line for people, of one result. */
export function describeResult(result: VerifyResult, colours: Colours): string {
  const { status, subject, thread_id: id, rollout_id: rollout, path, message, signer } = result;
  const mark = status === 'VERIFIED' ? colours.green : status === 'TAIL' ? colours.yellow : colours.red;
  const session = rollout === id ? id : `${id ?? 'a session'} (${rollout})`;
  const who = things[subject] ?? session ?? path ?? 'a session';
  const signed = signer ? `, signed by ${signer.principal ?? signer.key}` : '';
  const told = message === null ? '' : `: ${message}`;
  return `${mark(status.padEnd(WIDEST))} ${oneLine(`${who}: ${amount(result)}${signed}${told}`)}\n`;
}

const things: { [subject in VerifyResult['subject']]?: string } = {
  log: 'the log of the seals',
  journal: 'the journal',
  receipt: 'a deletion receipt',
};

/** The last line: how many of each. */
export function describeCounts(counts: ReadonlyMap<VerifyStatus, number>): string {
  const parts = [...verifyStatuses].reverse().flatMap((status) => {
    const count = counts.get(status);
    return count ? [`${count} ${status.toLowerCase()}`] : [];
  });
  return parts.length === 0 ? 'nothing to verify' : parts.join(', ');
}

function amount({ subject, status, sealed, lines, first_bad: bad, bad_lines, tx }: VerifyResult): string {
  const have = lines ?? 0;
  if (subject === 'receipt') return `transaction ${tx}`;
  if (subject === 'journal') return `${lines ?? 'no'} lines`;
  if (status === 'UNSEALED' && sealed === null) return 'no seal';
  const of = `${Math.min(have, sealed ?? 0)}/${sealed ?? 0} lines`;
  if (status === 'TAIL') return `${sealed} lines sealed, ${Math.max(0, have - (sealed ?? 0)) || 'part of one'} newer`;
  if (status === 'PRUNED') return `${sealed ?? 'no'} lines sealed, transaction ${tx}`;
  if (bad) {
    const more =
      bad_lines.length > 1 ? `, ${bad_lines.length}${bad_lines.length >= 100 ? ' or more' : ''} lines in all` : '';
    return `line ${bad.line} (byte ${bad.offset}) is not what was sealed${more}`;
  }
  return lines === null ? `${sealed ?? 'no'} lines sealed` : of;
}

const WIDEST = Math.max(...verifyStatuses.map((status) => status.length));
