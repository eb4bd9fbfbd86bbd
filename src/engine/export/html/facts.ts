import { calendarTime, groupDigits } from '../../../base/amounts.ts';
import { contentText, type Fields, objectOf, textOf } from '../../../model/fields.ts';
import { agentName, branchOf, sourceName } from '../../../model/session-words.ts';
import { escapeLine, pre, safe } from './text/escape.ts';

/** Which session this is, where and with what it ran: from its first record. */
export function sessionFacts(meta: Fields): string {
  const source = [sourceName(meta.source), textOf(meta.originator), agentName(meta)];
  const rows: [label: string, value: string | null][] = [
    ['Directory', textOf(meta.cwd)],
    ['Model', textOf(meta.model)],
    ['Provider', textOf(meta.model_provider)],
    ['Source', source.filter((part) => part !== null).join(', ') || null],
    ['Version', textOf(meta.cli_version)],
    ['Branch', branchOf(objectOf(meta.git))],
    ['Created', calendarTime(textOf(meta.timestamp), 0)],
    ['Forked from', textOf(meta.forked_from_id)],
    ['Parent', textOf(meta.parent_thread_id)],
  ];
  const known = rows.map(([label, value]) => (value === null ? '' : fact(label, value))).join('');
  const instructions = textOf(meta.instructions) ?? contentText([meta.base_instructions]);
  const more =
    instructions === ''
      ? ''
      : `<details class="part"><summary>Instructions to the model</summary>\n${pre(instructions)}\n</details>\n`;
  return `<dl class="facts">\n${known}</dl>\n${more}`;
}

/** A label of ours, and what was recorded. */
export function fact(label: string, value: string): string {
  return `<div><dt>${label}</dt><dd>${safe(value)}</dd></div>\n`;
}

/** `12 345 in (5 000 cached), 678 out`, as HTML. */
export function tokensOf(usage: Fields): string {
  const amount = (key: string) => groupDigits(escapeLine((textOf(usage[key]) ?? '0').slice(0, 60)));
  const cached = amount('cached_input_tokens');
  return `${amount('input_tokens')} in${cached === '0' ? '' : ` (${cached} cached)`}, ${amount('output_tokens')} out`;
}
