import { count, groupDigits } from '../../../../base/amounts.ts';
import type { Event, UnknownRecord } from '../../../../model/event.ts';
import { type Fields, listOf, numberOf, objectOf, textOf } from '../../../../model/fields.ts';
import { stringify } from '../../../../model/verbatim.ts';
import { escapeLine, excerpt, pre, safe } from '../text/escape.ts';
import { jsonBlock } from '../text/json-text.ts';
import { prose } from '../text/prose.ts';
import { article, folded, line, type Memory } from './block.ts';

/** A line on what happened to a session; null where there is nothing to say, undefined for a kind without such a line. */
export function notice(event: Event, msg: Fields): string[] | null | undefined {
  const message = textOf(msg.message);
  switch (msg.type) {
    case 'TurnComplete':
      return failure(event, 'Turn failed', msg.error);
    case 'Error':
      return failure(event, 'Error', msg);
    case 'StreamError':
      return failure(event, 'Stream error', msg);
    case 'Warning':
      return line(event, 'note warn', `Warning: ${safe(message ?? 'without a message')}`);
    case 'TurnAborted':
      return line(event, 'note warn', `Turn aborted: ${safe(textOf(msg.reason) ?? 'no reason recorded')}`);
    case 'ThreadRolledBack': {
      const turns = numberOf(msg.num_turns);
      return line(event, 'note warn', `Rolled back: ${turns === null ? 'turns' : count(turns, 'turn')}`);
    }
    case 'ThreadNamed':
      return line(event, 'note', `Named <b>${escapeLine(textOf(msg.thread_name) ?? '(no name)')}</b>`);
    case 'ThreadGoalUpdated': {
      const goal = objectOf(msg.goal);
      return line(event, 'note', `Goal ${safe(`${textOf(goal.status) ?? ''}: ${textOf(goal.objective) ?? ''}`)}`);
    }
    case 'EnteredReviewMode':
      return line(event, 'note', `Review started: ${safe(textOf(msg.user_facing_hint) ?? 'without a hint')}`);
    case 'ExitedReviewMode':
      return review(event, objectOf(msg.review_output));
    default:
      return undefined;
  }
}

/** An event or item without a form of its own: its name, what it says, and all of it folded. */
export function plainNotice(event: Event, body: Fields): string[] {
  const said = textOf(body.message) ?? textOf(body.text) ?? textOf(body.tool) ?? '';
  const name = escapeLine(textOf(body.type) ?? 'event without a type');
  const summary = said === '' ? name : `${name} <i>${escapeLine(excerpt(said, 90))}</i>`;
  return folded(event, 'quiet', summary, false, jsonBlock(stringify(body)));
}

/** A record that could not be read or is not known, whole. */
export function unknownRecord(event: Event & UnknownRecord): string[] {
  const type = textOf(event.record_type);
  const offset = numberOf(event.offset);
  const said = [
    type === null ? 'Unknown record' : `Unknown record <code>${escapeLine(type)}</code>`,
    event.error === undefined ? null : escapeLine(String(event.error)),
    offset === null ? null : `at byte ${groupDigits(offset)}`,
  ].filter((part) => part !== null);
  const { raw, raw_text, raw_base64 } = event;
  const body = raw === undefined ? pre(textOf(raw_text) ?? textOf(raw_base64) ?? '') : jsonBlock(stringify(raw));
  return folded(event, event.error === undefined ? 'quiet' : 'quiet bad', said.join(' · '), false, body);
}

/** Who allowed or refused a call, and why. Codex records no approvals: for its sessions they are inferred. */
export function approval(event: Event, item: Fields, memory: Memory): string[] {
  const decision = textOf(item.decision) ?? 'of unknown outcome';
  const by = textOf(item.by);
  const parts = [
    `<b>${escapeLine(by === null ? decision : `${decision} by ${by}`)}</b>`,
    safe(textOf(item.reason) ?? ''),
    item.inferred === true ? 'inferred' : '',
  ].filter((part) => part !== '');
  const callId = textOf(item.call_id);
  const title = memory.calls.find(callId)?.title ?? (callId === null ? 'a call without an id' : `call ${callId}`);
  const classes = /^(?:approved|allow)/i.test(decision) ? 'ok' : 'held';
  return line(
    event,
    `result ${classes}`,
    `Approval of <code>${escapeLine(excerpt(title, 60))}</code> ${parts.join(' · ')}`,
  );
}

/** Where the model's history was replaced by a summary. Two records may tell of it: it is said once. */
export function compaction(
  event: Event,
  teller: 'record' | 'event',
  summary: string | null,
  memory: Memory,
): string[] | null {
  const isSaid = memory.compactionToldBy !== null && memory.compactionToldBy !== teller;
  memory.compactionToldBy = isSaid ? null : teller;
  if (summary !== null) return folded(event, 'quiet warn', 'Context compacted: the summary', false, pre(summary), '\n');
  return isSaid ? null : line(event, 'note warn', 'Context compacted');
}

export function webSearch(event: Event, item: Fields): string[] {
  const action = objectOf(item.action);
  const what = textOf(action.query) ?? textOf(action.url) ?? textOf(item.query) ?? '';
  const pattern = textOf(action.pattern);
  const status = textOf(item.status);
  const more = [pattern === null ? null : `for ${pattern}`, status === 'completed' ? null : status];
  const said = more.flatMap((part) => (part === null ? [] : ` · ${safe(part)}`)).join('');
  return article(event, 'call', 'Web search', `<p class="plain">${safe(what)}${said}</p>\n`);
}

function failure(event: Event, label: string, error: unknown): string[] | null {
  if (error === undefined || error === null) return null;
  const text = textOf(error) ?? textOf(objectOf(error).message) ?? 'no message recorded';
  return line(event, 'note bad', `${label}: ${safe(text)}`);
}

function review(event: Event, output: Fields): string[] {
  const findings = listOf(output.findings).map(objectOf);
  const verdict = textOf(output.overall_correctness) ?? 'no verdict';
  const explanation = textOf(output.overall_explanation);
  const rows = findings.map(({ title, body }) => {
    const detail = textOf(body);
    return `<li>${safe(textOf(title) ?? 'a finding without a title')}${detail === null ? '' : prose(detail)}</li>\n`;
  });
  return article(
    event,
    'agent',
    `Review: ${escapeLine(verdict)}, ${count(findings.length, 'finding')}`,
    explanation === null ? '' : prose(explanation),
    rows.length === 0 ? '' : `<ul>\n${rows.join('')}</ul>\n`,
  );
}
