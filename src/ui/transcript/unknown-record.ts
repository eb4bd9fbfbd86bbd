import { count, groupDigits } from '../../base/amounts.ts';
import type { UnknownRecord } from '../../model/event.ts';
import { numberOf, textOf } from '../../model/fields.ts';
import { stringify } from '../../model/verbatim.ts';
import { limits, quote } from './excerpt.ts';
import { leads, type Paragraph, paragraph, partial, span } from './paragraph.ts';

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
  const all = showAll ? whole(event) : [];
  const line = parts.join(' · ');
  const isAll = showAll || (event.raw ?? event.raw_text ?? event.raw_base64) === undefined;
  return [paragraph(leads.unknown, isAll ? span(line, 'dim') : partial(line, 'dim')), ...all];
}

function whole({ raw, raw_text, raw_base64 }: UnknownRecord): Paragraph[] {
  const text = raw === undefined ? (raw_text ?? raw_base64) : stringify(raw);
  return typeof text === 'string' ? quote(text, limits.none, 'dim') : [];
}
