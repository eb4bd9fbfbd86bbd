import type { SeqRange } from '../model/rollback.ts';
import { readEffective } from './effective.ts';
import { type EventFilter, passes, passesAll } from './event-filter.ts';
import type { Report } from './problem.ts';
import { type EventBatches, readPartBatches, type ThreadSource } from './read-thread.ts';
import { readRecorded, readRecordedAtOnce, readRecordedBatches } from './recorded.ts';

/** Which events of a thread are shown. */
export interface View {
  /** What is in effect, instead of everything recorded. */
  effective: boolean;
  /** The source grows while it is read: nothing is read ahead, so what a rollback drops is not marked. */
  follow: boolean;
  /** Hears what rollbacks take back, which is then not marked: nothing is read ahead. */
  onTakenBack?: ((ranges: readonly SeqRange[]) => void) | undefined;
  filter: EventFilter;
}

/** The events of one session, in order, in batches. */
export async function* showEvents(source: ThreadSource, view: View, report: Report): EventBatches {
  const isEveryWanted = passesAll(view.filter);
  for await (const events of batchesOf(source, view, report)) {
    yield isEveryWanted ? events : events.filter((event) => passes(view.filter, event));
  }
}

function batchesOf(source: ThreadSource, view: View, report: Report): EventBatches {
  if (view.onTakenBack) return readRecordedAtOnce(source, report, view.onTakenBack);
  if (view.follow) return readPartBatches(source, report);
  return view.effective ? effectiveBatches(source, report) : readRecordedBatches(source, report);
}

async function* effectiveBatches(source: ThreadSource, report: Report): EventBatches {
  let isFirst = true;
  const effective = readEffective(() => {
    // It is read twice, and complains once.
    const recorded = readRecorded(source, isFirst ? () => {} : report);
    isFirst = false;
    return recorded;
  });
  for await (const event of effective) yield [event];
}
