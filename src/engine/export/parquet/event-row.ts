import type { Event } from '../../../model/event.ts';
import { eventLine } from '../../../model/event-line.ts';
import { type Fields, listOf, numberOf, objectOf, textOf, wordsOf } from '../../../model/fields.ts';
import { shellLine } from '../../../model/shell-line.ts';
import { type Tokens, tokenKeys } from '../../stats/tally.ts';
import { kindOf } from '../loss-counter.ts';
import type { Cells } from './cells.ts';
import type { ParquetRow } from './columns.ts';
import { eventText } from './event-text.ts';

/**
 * An event as a row of `eventColumns`.
 *
 * @param time its time, in microseconds
 * @param used what it counts, where it counts tokens
 */
export function eventRow(event: Event, time: bigint | null, used: Usage, cells: Cells): ParquetRow {
  const inner: Fields = event.type === 'EventMsg' ? event.msg : event.type === 'ResponseItem' ? event.item : {};
  return [
    cells.text(event.thread_id),
    BigInt(event.seq),
    time,
    BigInt(event.turn),
    event.type,
    cells.text(kindOf(event)) ?? '',
    cells.text(textOf(inner.role)),
    cells.text(eventText(event)),
    cells.text(toolOf(event)),
    cells.text(textOf(inner.call_id)),
    cells.text(commandOf(inner)),
    cells.integer(numberOf(inner.exit_code)),
    numberOf(inner.duration_ms),
    cells.text(textOf(inner.status)),
    used ? cells.text(used.model) : null,
    ...tokenKeys.map((key) => (used ? BigInt(used.tokens[key]) : null)),
    ...countsOf(event, 'last', cells),
    ...countsOf(event, 'total', cells),
    event.rolled_back === true,
    cells.text(event.inherited_from ?? null),
    event.line === undefined ? null : BigInt(event.line),
    // Written whole, so that surrogates are escapes.
    eventLine(event, false),
  ];
}

export type Usage = { tokens: Tokens; model: string | null } | null;

function toolOf(event: Event): string | null {
  if (event.type === 'ResponseItem') return event.item.type === 'tool_call' ? textOf(event.item.name) : null;
  return event.type === 'EventMsg' ? textOf(event.msg.tool) : null;
}

function commandOf(inner: Fields): string | null {
  return listOf(inner.command).length === 0 ? null : shellLine(wordsOf(inner.command));
}

function countsOf(event: Event, part: 'last' | 'total', cells: Cells): (bigint | null)[] {
  const isCount = event.type === 'EventMsg' && event.msg.type === 'TokenCount';
  const counts = isCount ? objectOf(event.msg[part]) : {};
  return tokenKeys.map((key) => cells.integer(counts[key]));
}
