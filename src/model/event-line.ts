import { type Event, eventSchema } from './event.ts';
import { stringify } from './verbatim.ts';

/** The event as one line of JSON, without LF. The first one printed of a session names the schema. */
export function eventLine(event: Event, isFirst: boolean): string {
  const text = stringify(event);
  if (!isFirst || event.schema !== undefined) return text;
  return `{"schema":"${eventSchema}",${text.slice(1)}`;
}
