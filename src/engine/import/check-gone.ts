import { Failure } from '../../base/failure.ts';
import type { Home } from '../../store/home.ts';
import { readAllHolds } from '../holds/survey-holds.ts';
import { readTombstones } from '../purge/tombstone.ts';
import { readTrash } from '../trash/read-trash.ts';

/**
 * Holds sessions that are not in a home against what it keeps of those that were: one in the trash would stand in the way of
 * its own restoring, of a purged one there is a record that nothing is left, and one that is held is missed.
 *
 * @throws Failure `refused` for such a session; and where what is held cannot be known
 */
export function checkGone(home: Home, threadIds: ReadonlySet<string>): void {
  if (threadIds.size === 0) return;
  const again = '--new-ids brings it in as another session';
  for (const { threadId, tx } of readTrash(home)) {
    if (!threadIds.has(threadId)) continue;
    throw new Failure('refused', `session ${threadId} is in the trash of this home, by transaction ${tx}`, {
      hint: `sessions restore ${threadId} brings it back; ${again}`,
    });
  }
  for (const { thread_id: threadId, purged_at, rule } of readTombstones(home, '')) {
    if (!threadIds.has(threadId)) continue;
    throw new Failure('refused', `session ${threadId} was purged from this home at ${purged_at} (${rule})`, {
      hint: `what is recorded of that would no longer be true; ${again}`,
    });
  }
  for (const { added, released, threadIds: held, ancestorIds } of readAllHolds(home)) {
    if (released) continue;
    const threadId = [...held, ...ancestorIds].find((id) => threadIds.has(id));
    if (threadId === undefined) continue;
    throw new Failure('refused', `session ${threadId} is held by ${added.hold_id}, and is missing from this home`, {
      hint: `whether this is what was held, nothing tells: ${again}, or sessions hold release ${added.hold_id} first`,
    });
  }
}
