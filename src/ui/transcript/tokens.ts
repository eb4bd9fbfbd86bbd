import { groupDigits } from '../../base/amounts.ts';
import { type Fields, textOf } from '../../model/fields.ts';
import { leads, type Paragraph, paragraph, span } from './paragraph.ts';

/** `tokens: 12 345 in (5 000 cached), 678 out`. */
export function tokenLine(label: string, usage: Fields): Paragraph {
  const amount = (key: string) => groupDigits(textOf(usage[key]) ?? 0);
  const cached = amount('cached_input_tokens');
  const input = cached === '0' ? '' : ` (${cached} cached)`;
  return paragraph(
    leads.note,
    span(`${label}: ${amount('input_tokens')} in${input}, ${amount('output_tokens')} out`, 'dim'),
  );
}
