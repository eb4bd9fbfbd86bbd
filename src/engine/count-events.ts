import type { Rollouts } from './catalog.ts';
import { openThread } from './open-thread.ts';
import { readPartBatches } from './read-thread.ts';

/** How many events a thread has: the `seq` of the next one. */
export async function countEvents(rollouts: Rollouts, threadId: string): Promise<number> {
  const source = await openThread(rollouts, threadId, () => {});
  let count = 0;
  for await (const events of readPartBatches({ ...source, openPrefix: null }, () => {})) count += events.length;
  return count;
}
