import { clockTime } from '../../base/amounts.ts';
import type { Event } from '../../model/event.ts';
import { textOf } from '../../model/fields.ts';
import { leads, type Paragraph, paragraph, span } from './paragraph.ts';
import { shortId } from './session-header.ts';

/** The line that opens a turn: its number, when it began, and whether it still counts. */
export function turnRule(event: Event, utcOffset: number): Paragraph {
  const parent = textOf(event.inherited_from);
  const marks = [
    clockTime(textOf(event.timestamp), utcOffset),
    event.rolled_back ? takenBack : null,
    parent === null ? null : `${inherited}${shortId(parent)}…`,
  ];
  const spoken = marks.flatMap((mark) => (mark === null ? [] : [span(' ─ ', 'dim'), span(mark)]));
  return { ...paragraph(leads.rule, span(`turn ${event.turn}`, 'bold'), ...spoken), rule: true };
}

/** The same line once the turn does not count any more. */
export function takenBackRule(rule: Paragraph): Paragraph {
  const { text } = rule;
  if (text.some((each) => each.text === takenBack)) return rule;
  const parent = text.findIndex((each) => each.text.startsWith(inherited));
  const at = parent < 0 ? text.length : parent - 1;
  return { ...rule, text: [...text.slice(0, at), span(' ─ ', 'dim'), span(takenBack), ...text.slice(at)] };
}

const takenBack = 'rolled back';
const inherited = 'inherited from ';
