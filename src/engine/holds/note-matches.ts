import { appendHolds, type HoldNoted } from '../../store/holds.ts';
import type { Home } from '../../store/home.ts';
import type { Journal } from '../../store/journal.ts';
import type { FileLock } from '../../store/lock-file.ts';
import type { HoldSurvey } from './survey-holds.ts';

/**
 * Notes which sessions a hold was seen to cover since it was made: they stay held when they no longer match, and are missed
 * when something removes them.
 *
 * @param survey of all threads
 * @param store.lock that of the store
 * @param by.at RFC 3339 UTC
 */
export function noteMatches(
  home: Home,
  { lock, journal }: { lock: FileLock; journal: Journal },
  survey: HoldSurvey,
  by: { who: string; at: string },
): void {
  const entries = survey.holds.flatMap(({ hold, covered }): HoldNoted[] => {
    const known = new Set([...hold.threadIds, ...hold.ancestorIds]);
    const fresh = [...covered].filter(([id, { isDoubtful }]) => !known.has(id) && !isDoubtful && isThere(survey, id));
    if (hold.released || fresh.length === 0) return [];
    const { hold_id } = hold.added;
    return [{ schema: 'sessions.hold/1', hold_id, action: 'noted', ...by, ...splitCovered(fresh) }];
  });
  const lines = appendHolds(home, lock, entries);
  if (lines.length === 0) return;
  // Behind the line: what the journal does not know of counts all the same, and what it knows of has to be there.
  journal.append(entries.map(({ hold_id: tx }, index) => ({ event: 'hold-noted', tx, line_sha256: lines[index] })));
}

/** The ids of what is covered, as the entries name them. */
export function splitCovered(
  covered: Iterable<[string, { as: string }]>,
): Pick<HoldNoted, 'thread_ids' | 'ancestor_ids'> {
  const all = [...covered].sort(([a], [b]) => (a < b ? -1 : 1));
  const idsOf = (isAncestor: boolean) =>
    all.filter(([, { as }]) => (as === 'ancestor') === isAncestor).map(([id]) => id);
  return { thread_ids: idsOf(false), ancestor_ids: idsOf(true) };
}

function isThere({ places }: HoldSurvey, threadId: string): boolean {
  return places !== null && places.files(threadId).length > 0;
}
