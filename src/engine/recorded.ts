import type { Event } from '../model/event.ts';
import { RollbackTracker, rollbackLookup, type SeqRange } from '../model/rollback.ts';
import { openRollout } from '../store/rollout-file.ts';
import type { Report } from './problem.ts';
import { type EventBatches, isPublished, readPartBatches, type ThreadSource } from './read-thread.ts';

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
  for await (const events of readPartBatches(source, () => {})) {
    for (const event of events) if (!isPublished(event)) tracker.observe(event);
  }
  const isRolledBack = rollbackLookup(tracker.ranges);
  for await (const events of readPartBatches(source, report)) {
    for (const event of events) if (!isPublished(event) && isRolledBack(event.seq)) event.rolled_back = true;
    yield events;
  }
}

/**
 * Everything recorded of a thread as it is read, once: what rollbacks took back is not marked but told, each time that it has
 * become more. Whoever shows a thread has its beginning at once like this, however long it is.
 */
export async function* readRecordedAtOnce(source: ThreadSource, report: Report, onTakenBack: TakenBack): EventBatches {
  const tracker = new RollbackTracker();
  let last: SeqRange | undefined;
  for await (const events of readPartBatches(source, report)) {
    for (const event of events) if (!isPublished(event)) tracker.observe(event);
    if (tracker.ranges.at(-1) !== last) {
      last = tracker.ranges.at(-1);
      onTakenBack([...tracker.ranges]);
    }
    yield events;
  }
}

/** Hears of all that rollbacks took back so far, ascending and apart. */
type TakenBack = (ranges: readonly SeqRange[]) => void;

/** As `readRecordedBatches`, event by event. */
export async function* readRecorded(source: ThreadSource, report: Report): AsyncGenerator<Event> {
  for await (const events of readRecordedBatches(source, report)) yield* events;
}

/** Searches the bytes for a rollback's name, which takes a fraction of the time of decoding. */
async function mayHoldRollback(source: ThreadSource): Promise<boolean> {
  for (const part of source.parts) {
    const rollout = await (part.open ?? openRollout)(part.path);
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
