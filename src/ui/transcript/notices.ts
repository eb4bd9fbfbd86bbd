import { count } from '../../base/amounts.ts';
import { oneLine } from '../../base/safe-text.ts';
import { type Fields, listOf, objectOf, textOf } from '../../model/fields.ts';
import { stringify } from '../../model/verbatim.ts';
import { clip } from './excerpt.ts';
import { leads, type Paragraph, paragraph, partial, span } from './paragraph.ts';

/** A line or two on what happened to a session; null for a kind of event that has no such line. */
export function notice(msg: Fields): Paragraph[] | null {
  return notices.get(textOf(msg.type) ?? '')?.(msg) ?? null;
}

/** An event or item without a form of its own: its name, what it says where that is text, all of it on request. */
export function plainNotice(body: Fields, showAll: boolean): Paragraph[] {
  const said = textOf(body.message) ?? textOf(body.text) ?? textOf(body.tool) ?? '';
  const name = oneLine(textOf(body.type) ?? 'event without a type');
  const text = showAll ? `${name} ${stringify(body)}` : `${name}${said === '' ? '' : `: ${said}`}`;
  if (showAll) return [paragraph(leads.note, span(text, 'dim'))];
  return [paragraph(leads.note, partial('', 'dim'), ...clip(text, 300, 'dim'))];
}

const notices = new Map<string, (msg: Fields) => Paragraph[]>([
  ['TurnComplete', (msg) => failure('turn failed', msg.error)],
  ['Error', (msg) => failure('error', msg)],
  ['StreamError', (msg) => failure('stream error', msg)],
  ['Warning', (msg) => [alarm(`warning: ${textOf(msg.message) ?? 'without a message'}`)]],
  ['TurnAborted', (msg) => [alarm(`turn aborted: ${textOf(msg.reason) ?? 'no reason recorded'}`)]],
  ['ThreadRolledBack', (msg) => [alarm(rolledBack(msg.num_turns))]],
  ['ThreadNamed', (msg) => [note('named ', textOf(msg.thread_name) ?? '(no name)')]],
  ['ThreadGoalUpdated', (msg) => [goal(objectOf(msg.goal))]],
  ['EnteredReviewMode', (msg) => [note('review started', prefixed(': ', textOf(msg.user_facing_hint)))]],
  ['ExitedReviewMode', (msg) => review(objectOf(msg.review_output))],
]);

function note(label: string, text = ''): Paragraph {
  return paragraph(leads.note, span(label, 'dim'), text);
}

function alarm(text: string): Paragraph {
  return paragraph({ ...leads.alarm, style: 'yellow' }, span(text, 'yellow'));
}

/** Nothing when there was no error. */
function failure(label: string, error: unknown): Paragraph[] {
  if (error === undefined || error === null) return [];
  const text = textOf(error) ?? textOf(objectOf(error).message) ?? 'no message recorded';
  return [paragraph(leads.alarm, span(`${label}: ${text}`, 'red'))];
}

function rolledBack(turns: unknown): string {
  return typeof turns === 'number' ? `${count(turns, 'turn')} rolled back` : 'turns rolled back';
}

function goal(fields: Fields): Paragraph {
  return note(`goal${prefixed(' ', textOf(fields.status))}: `, textOf(fields.objective) ?? '');
}

function review(output: Fields): Paragraph[] {
  const findings = listOf(output.findings).map(objectOf);
  const verdict = textOf(output.overall_correctness);
  const explanation = textOf(output.overall_explanation);
  return [
    note('review finished', `${prefixed(': ', verdict)}, ${count(findings.length, 'finding')}`),
    ...(explanation === null ? [] : [paragraph(leads.indent, explanation)]),
    ...findings.map((finding) => paragraph(findingLead, textOf(finding.title) ?? 'a finding without a title')),
  ];
}

const findingLead = { first: '  - ', rest: '    ' };

function prefixed(prefix: string, text: string | null): string {
  return text === null ? '' : prefix + text;
}
