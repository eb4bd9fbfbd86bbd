import { toEventBody } from '../../format/events/event-body.ts';
import { TurnTracker } from '../../model/turn-tracker.ts';
import { openRollout } from '../../store/rollout-file.ts';
import type { CopiedPrefix } from '../copied-prefix.ts';
import { readLineBlocks } from '../read-records.ts';
import { type Cut, isWithin, type Part } from '../thread-parts.ts';
import { turnSignal } from '../turn-signal.ts';

/** A point in a thread: before the first record of a rollout that does not stand before the cut. */
export interface Point {
  rolloutId: string;
  cut: Cut;
}

/**
 * How many recorded turns of a thread stand before each of some points, as `show` counts them: what was reverted counts. The
 * thread is read once, up to the last of the points; one in a file that is not among its parts is not in the answer.
 */
export async function turnsAt<P extends Point>(parts: readonly Part[], points: readonly P[]): Promise<Map<P, number>> {
  const found = new Map<P, number>();
  const turns = new TurnTracker();
  const last = parts.findLastIndex(({ rolloutId }) => points.some((point) => point.rolloutId === rolloutId));
  for (const part of parts.slice(0, last + 1)) {
    let open = points.filter(({ rolloutId }) => rolloutId === part.rolloutId);
    const content = await (part.open ?? openRollout)(part.path);
    try {
      reading: for await (const lines of readLineBlocks(content)) {
        for (const { line, record } of lines) {
          const ordinal = record?.ordinal ?? null;
          const isPassed = ({ cut }: Point) => !isWithin(cut, line.offset, ordinal);
          for (const point of open.filter(isPassed)) found.set(point, countNow(turns));
          open = open.filter((point) => !isPassed(point));
          const isDone = part === parts[last] && open.length === 0;
          if (isDone || !isWithin(part.recorded, line.offset, ordinal)) break reading;
          if (record && record.dialect !== 'event') turns.observe(turnSignal(toEventBody(record)));
        }
      }
    } finally {
      await content.close();
    }
    for (const point of open) found.set(point, countNow(turns));
  }
  return found;
}

/** How many turns the copied beginning of a file holds. */
export async function copiedTurns(path: string, prefix: CopiedPrefix): Promise<number> {
  const turns = new TurnTracker();
  const content = await openRollout(path);
  try {
    let isFirst = true;
    reading: for await (const lines of readLineBlocks(content)) {
      for (const line of lines) {
        if (!line.record) continue;
        const isCopied = await prefix.includes(line);
        if (!isCopied && !isFirst) break reading;
        isFirst = false;
        turns.observe(turnSignal(toEventBody(line.record)));
      }
    }
  } finally {
    await content.close();
  }
  return countNow(turns);
}

/** As if nothing more came. */
function countNow(turns: TurnTracker): number {
  const ended = TurnTracker.from(turns.state());
  ended.finish();
  return ended.turn;
}
