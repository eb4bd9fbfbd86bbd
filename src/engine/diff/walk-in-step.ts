import type { Event } from '../../model/event.ts';
import { sameEvent } from './same-event.ts';
import type { Side } from './side.ts';

/**
 * Reads two sessions in step, for as long as they say the same. What was reverted or rolled back on one side only is passed over
 * when both go on in the same way behind it: a fork that was made afterwards does not have it.
 *
 * @returns whether they differ
 */
export async function walkInStep(a: Side, b: Side, signal: AbortSignal): Promise<boolean> {
  for (let steps = 0; ; steps++) {
    if (steps % STEPS_BETWEEN_CHECKS === 0) signal.throwIfAborted();
    const [x, y] = [await a.next(), await b.next()];
    if (x && y && sameEvent(x, y)) {
      a.share(x);
      b.share(y);
      continue;
    }
    if (!x && !y) return a.after !== null || b.after !== null;
    // Both are past what was dropped, and differ still.
    if (a.after || b.after) return true;
    const isPassed = [await keepDropped(a, x), await keepDropped(b, y)];
    if (!isPassed.includes(true)) return true;
  }
}

/** @returns whether there was anything */
async function keepDropped(side: Side, first: Event | undefined): Promise<boolean> {
  if (!first?.rolled_back) return false;
  const isMarker = (event: Event) => event.type === 'EventMsg' && event.msg.type === 'ThreadRolledBack';
  for (let event: Event | undefined = first; event; event = await side.next()) {
    if (!event.rolled_back && !isMarker(event)) break;
    side.keep(event);
  }
  return true;
}

const STEPS_BETWEEN_CHECKS = 4096;
