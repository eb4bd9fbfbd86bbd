import type { Event } from '../../model/event.ts';
import type { EventBatches } from '../read-thread.ts';
import { createSchedule, type Pace } from './schedule.ts';

/** What is to be seen at one moment of a replay. */
export interface Frame {
  text: string;
  /** Milliseconds after the frame before. */
  delayMs: number;
  /** Counts the turns that are seen, from 0; it never goes back, also where the numbers of turns begin anew. */
  chapter: number;
  /** Null for what is said after the last event. */
  event: Event | null;
}

/** Where a chapter begins. */
export interface Place {
  chapter: number;
  /** Position among the events that are read. */
  index: number;
}

export const beginning: Place = { chapter: 0, index: 0 };

/** Makes the text of each event in turn; an empty one is no frame. */
export interface Telling {
  write(event: Event): string;
  end(): string;
}

/**
 * The frames of a session, one by one: only what is seen takes its time. Nothing here waits.
 *
 * @param from events before this are passed over, but for those that tell which session it is
 * @param onChapter hears where each chapter begins
 */
export async function* toFrames(
  batches: EventBatches,
  pace: Pace,
  telling: Telling,
  from: Place = beginning,
  onChapter: (place: Place) => void = () => {},
): AsyncGenerator<Frame> {
  const delayBefore = createSchedule(pace);
  let chapter = from.chapter - 1;
  let seen: Event | null = null;
  let index = -1;
  for await (const events of batches) {
    for (const event of events) {
      index++;
      if (index < from.index && event.type !== 'SessionMeta') continue;
      const text = telling.write(event);
      if (index < from.index || text === '') continue;
      if (seen?.turn !== event.turn || seen.thread_id !== event.thread_id) {
        chapter++;
        onChapter({ chapter, index });
      }
      seen = event;
      yield { text, delayMs: delayBefore(timeOf(event)), chapter, event };
    }
  }
  const text = telling.end();
  if (text !== '') yield { text, delayMs: 0, chapter: Math.max(0, chapter), event: null };
}

/** An event that was read back from a stream may hold anything. */
export function timeOf({ timestamp }: { timestamp?: unknown }): string | null {
  return typeof timestamp === 'string' ? timestamp : null;
}
