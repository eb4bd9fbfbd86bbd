import type { Event } from '../model/event.ts';
import { RollbackTracker, rollbackLookup } from '../model/rollback.ts';
import { openRollout } from '../store/rollout-file.ts';
import type { Report } from './problem.ts';
import { type EventBatches, isPublished, readPartBatches, readParts, type ThreadSource } from './read-thread.ts';

/**
 * Everything recorded of a thread, with all that is no longer in effect marked `rolled_back`.
 *
 * A rollback stands after what it drops, so a thread that holds one is read twice; others, by far the most, once.
 */
export async function* readRecordedBatches(source: ThreadSource, report: Report): EventBatches {
  if (!(await mayHoldRollback(source))) {
    yield* readPartBatches(source, report);
    return;
  }
  const tracker = new RollbackTracker();
  for await (const event of readParts(source, () => {})) if (!isPublished(event)) tracker.observe(event);
  const isRolledBack = rollbackLookup(tracker.ranges);
  for await (const events of readPartBatches(source, report)) {
    for (const event of events) if (!isPublished(event) && isRolledBack(event.seq)) event.rolled_back = true;
    yield events;
  }
}

/** The same, event by event. */
export async function* readRecorded(source: ThreadSource, report: Report): AsyncGenerator<Event> {
  for await (const events of readRecordedBatches(source, report)) yield* events;
}

/** Searches the bytes for a rollback's name, which takes a fraction of the time of decoding. */
async function mayHoldRollback(source: ThreadSource): Promise<boolean> {
  for (const part of source.parts) {
    const rollout = await openRollout(part.path);
    try {
      for await (const found of findBytes(rollout.blocks(), rollbackName)) if (found) return true;
    } finally {
      await rollout.close();
    }
  }
  return false;
}

const rollbackName = Buffer.from('thread_rolled_back');

async function* findBytes(blocks: AsyncIterable<Buffer>, wanted: Buffer): AsyncGenerator<boolean> {
  let seam = Buffer.alloc(0);
  for await (const block of blocks) {
    // A name that lies across two blocks is found in the seam between them.
    const ends = Buffer.concat([seam, block.subarray(0, wanted.length)]);
    yield ends.includes(wanted) || block.includes(wanted);
    const tail = block.length >= wanted.length ? block : Buffer.concat([seam, block]);
    seam = Buffer.from(tail.subarray(Math.max(0, tail.length - wanted.length)));
  }
}
