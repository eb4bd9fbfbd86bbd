import { Failure } from '../../base/failure.ts';
import { openTarget } from '../open-target.ts';
import type { Report } from '../problem.ts';
import type { EventBatches } from '../read-thread.ts';
import { readRecordedAtOnce, readRecordedBatches } from '../recorded.ts';
import type { SessionResolver, Target } from '../resolve-session.ts';

/** A session to be replayed, from one turn to another. */
export interface Recording {
  threadId: string | null;
  /**
   * The events from the beginning; it can be asked again, and then what went wrong is not reported again.
   *
   * @param onTakenBack hears what rollbacks take back, which is then not marked: nothing is read ahead
   */
  read(onTakenBack?: Parameters<typeof readRecordedAtOnce>[2]): EventBatches;
}

/** Turns, both ends included; turn 0 is what stands before the first. */
export interface Turns {
  from: number;
  to: number;
}

/**
 * @param signal stops the reading, which throws its reason
 * @throws Failure `usage`, at the end of reading, when the session never comes to the turn `from`
 */
export async function openRecording(
  sessions: SessionResolver,
  target: Target,
  turns: Turns,
  report: Report,
  signal: AbortSignal,
): Promise<Recording> {
  const source = await openTarget(sessions, target, report);
  let reported = 0;
  return {
    threadId: source.threadId,
    read(onTakenBack) {
      let count = 0;
      // The same problems come in the same order each time.
      const once: Report = (problem) => {
        if (count++ < reported) return;
        reported = count;
        report(problem);
      };
      const batches = onTakenBack ? readRecordedAtOnce(source, once, onTakenBack) : readRecordedBatches(source, once);
      return within(turns, batches, signal);
    },
  };
}

async function* within({ from, to }: Turns, batches: EventBatches, signal: AbortSignal): EventBatches {
  let last = 0;
  for await (const events of batches) {
    signal.throwIfAborted();
    for (const { turn } of events) if (turn > last) last = turn;
    yield from === 0 && to === Number.POSITIVE_INFINITY
      ? events
      : events.filter(({ turn }) => !(turn < from || turn > to));
  }
  if (from > last) throw new Failure('usage', `the session has no turn ${from}: there are ${last}`);
}
