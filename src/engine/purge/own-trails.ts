import type { ThreadTrail } from '../../store/id-search.ts';
import type { Catalog } from '../catalog.ts';

/**
 * The trails of sessions that are gone, without the ids that files of other sessions in the home have: whatever the name of a
 * file claimed, what is known under such an id is theirs.
 */
export function ownTrails(catalog: Catalog, threads: readonly ThreadTrail[]): ThreadTrail[] {
  const isOfOther = (id: string) => catalog.thread(id).length > 0 || catalog.rollout(id) !== undefined;
  return threads.map(({ threadId, rolloutIds }) => ({
    threadId,
    rolloutIds: rolloutIds.filter((id) => id === threadId || !isOfOther(id)),
  }));
}
