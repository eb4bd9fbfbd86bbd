import type { SessionResolver } from '../../engine/resolve-session.ts';
import { movedTo } from './session-ports.ts';

/** How many events a thread has that was taken for writing. */
export async function countBefore(sessions: SessionResolver, threadId: string): Promise<number> {
  const { countEvents } = await import('../../engine/count-events.ts');
  const catalog = await sessions.catalog();
  // It was made plain when it was taken.
  const path =
    catalog
      .thread(threadId)
      .at(-1)
      ?.path.replace(/\.zst$/, '') ?? null;
  return countEvents(movedTo(catalog, threadId, path), threadId);
}
