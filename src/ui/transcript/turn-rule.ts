import type { Event } from '../../model/event.ts';
import { clockTime } from './amounts.ts';
import { textOf } from './fields.ts';
import { leads, type Paragraph, paragraph, span } from './paragraph.ts';
import { shortId } from './session-header.ts';

/** The line that opens a turn: its number, when it began, and whether it still counts. */
export function turnRule(event: Event, utcOffset: number): Paragraph {
  const parent = textOf(event.inherited_from);
  const marks = [
    clockTime(textOf(event.timestamp), utcOffset),
    event.rolled_back ? 'rolled back' : null,
    parent === null ? null : `inherited from ${shortId(parent)}…`,
  ];
  const spoken = marks.flatMap((mark) => (mark === null ? [] : [span(' ─ ', 'dim'), span(mark)]));
  return { ...paragraph(leads.rule, span(`turn ${event.turn}`, 'bold'), ...spoken), rule: true };
}
