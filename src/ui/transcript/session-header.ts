import { calendarTime } from '../../base/amounts.ts';
import { oneLine } from '../../base/safe-text.ts';
import { contentText, type Fields, objectOf, textOf } from '../../model/fields.ts';
import { agentName, branchOf, sourceName } from '../../model/session-words.ts';
import type { View } from './block.ts';
import { clip, limits, quote } from './excerpt.ts';
import { leads, type Paragraph, paragraph, partial, span } from './paragraph.ts';

/** Which session this is, where and with what it ran: from its first record. */
export function sessionRows(meta: Fields, view: View): Paragraph[] {
  const rows: [label: string, value: string | null][] = [
    ['id', textOf(meta.id)],
    ['directory', textOf(meta.cwd)],
    ['provider', textOf(meta.model_provider)],
    ['model', textOf(meta.model)],
    ['source', listed([sourceName(meta.source), textOf(meta.originator), agentName(meta)])],
    ['version', textOf(meta.cli_version)],
    ['branch', branchOf(objectOf(meta.git))],
    ['created', calendarTime(textOf(meta.timestamp), view.utcOffset)],
    ['forked', from(textOf(meta.forked_from_id))],
    ['parent', textOf(meta.parent_thread_id)],
    ['history', view.effective ? 'effective: what is left after rollback and compaction' : null],
  ];
  const shown = rows.flatMap(([label, value]) => (value === null ? [] : [row(label, value)]));
  const text = textOf(meta.instructions) ?? contentText([meta.base_instructions]);
  if (text === '') return shown;
  if (view.showAll) return [...shown, ...instructions(text)];
  shown.at(-1)?.text.push(partial(''));
  return shown;
}

/** The line that opens a session, also where its first record is not part of the stream. */
export function sessionRule(id: string | null): Paragraph {
  return { ...paragraph(leads.rule, span(id === null ? 'session' : `session ${shortId(id)}`, 'bold')), rule: true };
}

/** A session record that is not the first of its session: a change of settings, or a fork's copy of its parent's. */
export function repeatedSession(meta: Fields, threadId: string | null): Paragraph[] {
  const id = textOf(meta.id);
  const whose = id === null || id === threadId ? '' : ` of ${shortId(id)}…`;
  return [paragraph(leads.note, span(`another session record${whose}`, 'dim'))];
}

/** The first block of an id. It names no session for certain, but a person can tell two by it. */
export function shortId(id: string): string {
  return oneLine(id.slice(0, 8));
}

function row(label: string, value: string): Paragraph {
  const first = `   ${label.padEnd(11)}`;
  const lead = { first, rest: ' '.repeat(first.length), style: 'dim' as const };
  return paragraph(lead, ...clip(oneLine(value), 1000));
}

function listed(parts: (string | null)[]): string | null {
  return parts.filter((part) => part !== null).join(', ') || null;
}

function from(id: string | null): string | null {
  return id && `from ${id}`;
}

function instructions(text: string): Paragraph[] {
  return [paragraph(leads.note, span('instructions', 'dim')), ...quote(text, limits.none, 'dim')];
}
