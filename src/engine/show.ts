import type { Event } from '../model/event.ts';
import { readEffective } from './effective.ts';
import { type EventFilter, passes } from './event-filter.ts';
import type { Report } from './problem.ts';
import { readParts, type ThreadSource } from './read-thread.ts';
import { readRecorded } from './recorded.ts';

/** Which events of a thread are shown. */
export interface View {
  /** What is in effect, instead of everything recorded. */
  effective: boolean;
  /** The source grows while it is read: nothing is read ahead, so what a rollback drops is not marked. */
  follow: boolean;
  filter: EventFilter;
}

/** The events of one session, in order. */
export async function* showEvents(source: ThreadSource, view: View, report: Report): AsyncGenerator<Event> {
  for await (const event of allEvents(source, view, report)) {
    if (passes(view.filter, event)) yield event;
  }
}

function allEvents(source: ThreadSource, view: View, report: Report): AsyncIterable<Event> {
  if (view.follow) return readParts(source, report);
  if (!view.effective) return readRecorded(source, report);
  let isFirst = true;
  return readEffective(() => {
    // It is read twice, and complains once.
    const recorded = readRecorded(source, isFirst ? () => {} : report);
    isFirst = false;
    return recorded;
  });
}
