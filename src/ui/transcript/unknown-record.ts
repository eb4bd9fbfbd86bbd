import type { UnknownRecord } from '../../model/event.ts';
import { stringify } from '../../model/verbatim.ts';
import { count, groupDigits } from './amounts.ts';
import { limits, quote } from './excerpt.ts';
import { numberOf, textOf } from './fields.ts';
import { leads, type Paragraph, paragraph, span } from './paragraph.ts';

/** One line on a record that could not be read or is not known; on request all of it. */
export function unknownRecord(event: UnknownRecord, showAll: boolean): Paragraph[] {
  const type = textOf(event.record_type);
  const offset = numberOf(event.offset);
  const length = numberOf(event.length);
  const parts = [
    type === null ? 'unknown record' : `unknown record ${type}`,
    textOf(event.error),
    offset === null ? null : `at byte ${groupDigits(offset)}`,
    length === null ? null : count(length, 'byte'),
  ].filter((part) => part !== null);
  return [paragraph(leads.unknown, span(parts.join(' · '), 'dim')), ...(showAll ? whole(event) : [])];
}

/** Codex's own book-keeping, which stands between the records of every turn and says nothing to a reader. */
export function isBookkeeping(event: UnknownRecord): boolean {
  return event.error === undefined && bookkeeping.has(event.record_type ?? '');
}

const bookkeeping = new Set(['state', 'world_state', 'token_usage_record']);

function whole({ raw, raw_text, raw_base64 }: UnknownRecord): Paragraph[] {
  const text = raw === undefined ? (raw_text ?? raw_base64) : stringify(raw);
  return typeof text === 'string' ? quote(text, limits.none, 'dim') : [];
}
