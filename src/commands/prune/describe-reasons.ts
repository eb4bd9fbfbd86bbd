import type { Reason } from '../../engine/prune/plan.ts';

/** Why a session goes or stays, in a few words; not yet safe for a terminal. */
export function describeReasons(reasons: readonly Reason[]): string {
  return reasons.map(describe).join(', ');
}

/** The same without what differs from session to session, for counting. */
export function titleOf({ code, how }: Reason): string {
  return words[how ? `${code} ${how}` : code] ?? code.replaceAll('-', ' ');
}

function describe(reason: Reason): string {
  const { detail, by, code } = reason;
  const title = titleOf(reason);
  if (by && by.length > 0) return `${title} ${by[0]}${by.length > 1 ? ` and ${by.length - 1} more` : ''}`;
  return detail === undefined || code === 'planned' ? title : `${title} (${detail})`;
}

const words: { [code: string]: string } = {
  named: 'named',
  planned: 'planned',
  'not-kept': 'kept by no rule',
  'over-max-total': 'does not fit',
  'not-selected': 'not chosen',
  'max-total': 'fits',
  young: 'touched within the last hour',
  live: 'open',
  'maybe-live': 'may be open',
  held: 'held by',
  referenced: 'needed by',
  'referenced history': 'its history is needed by',
  'referenced spawned': 'it spawned',
  'referenced parent': 'it was spawned by',
  pinned: 'pinned in Codex',
  'unknown-age': 'its age is unknown',
  'future-clock': 'its time lies in the future',
  unreadable: 'what it says of itself is doubtful',
  twice: 'there is more than this of it',
  'id-mismatch': 'a file of it says to be of another session',
  'duplicate-id': 'another file says to be of it',
  'hard-link': 'a file of it has a second hard link',
  changed: 'it has changed since',
};
