import { count, formatDuration } from '../../../../base/amounts.ts';
import type { Event } from '../../../../model/event.ts';
import { contentText, type Fields, listOf, numberOf, objectOf, textOf, wordsOf } from '../../../../model/fields.ts';
import { withoutHeader } from '../../../../model/output-header.ts';
import { shellLine } from '../../../../model/shell-line.ts';
import { countLines } from '../../line-count.ts';
import type { LossCounter } from '../../loss-counter.ts';
import { escapeLine, excerpt, pre } from '../text/escape.ts';
import { showImages } from '../text/images.ts';
import { foldedText, MOST_UNFOLDED } from '../text/long-text.ts';
import { article, type Call, folded, line, type Memory } from './block.ts';

/** The output of a tool, and what became of it: exit code, duration, declined or aborted. */
export function toolResult(event: Event, item: Fields, memory: Memory, losses: LossCounter): string[] | null {
  const callId = textOf(item.call_id);
  const call = memory.calls.find(callId);
  if (call?.outputShown) {
    call.outputShown = false;
    return null;
  }
  const exitCode = numberOf(item.exit_code);
  const { text, note } = withoutHeader(contentText(item.output), exitCode);
  const outcome = { exitCode, durationMs: numberOf(item.duration_ms), status: textOf(item.status), note };
  const title = callId !== null && memory.lastCall === callId ? null : titleOf(call, callId);
  return [...output(event, title, text, outcome), ...pictures(item, losses)];
}

/**
 * The record of a command that paginated sessions keep beside call and result. With a call in sight it says nothing new; without
 * one it is all there is to see of the command.
 */
export function commandExecution(event: Event, msg: Fields, memory: Memory): string[] | null {
  const callId = textOf(msg.call_id) ?? textOf(msg.id);
  if (memory.calls.find(callId)) return null;
  const command = shellLine(wordsOf(msg.command));
  const title = `$ ${excerpt(command, 100)}`;
  memory.calls.remember(callId, { title, outputShown: true });
  const outcome = {
    exitCode: numberOf(msg.exit_code),
    durationMs: numberOf(msg.duration_ms),
    status: textOf(msg.status),
  };
  return [
    ...article(event, 'call', 'Command', foldedText(command, 'Command', 'cmd')),
    // The anchor stands on the command.
    ...output({ ...event, seq: -1 }, title, textOf(msg.aggregated_output) ?? '', outcome),
  ];
}

function titleOf(call: Call | undefined, callId: string | null): string {
  return call?.title ?? `call ${callId ?? 'without an id'}`;
}

interface Outcome {
  exitCode: number | null;
  durationMs: number | null;
  status: string | null;
  note?: string | undefined;
}

/**
 * Short outputs are shown, longer ones folded, with the last of their lines beside.
 *
 * @param title of the call, null right behind it
 */
function output(event: Event, title: string | null, text: string, outcome: Outcome): string[] {
  const ofWhat = title === null ? '' : ` of <code>${escapeLine(excerpt(title, 60))}</code>`;
  const said = `Result${ofWhat} <b>${outcomeOf(outcome)}</b>`;
  const classes = `result ${judge(outcome)}`;
  if (text.trim() === '') return line(event, classes, `${said} · no output`);
  const lines = countLines(text);
  const isShort = lines <= MOST_UNFOLDED && text.length <= 4000;
  const end = isShort ? '' : ` <i>${escapeLine(lastLine(text))}</i>`;
  return folded(event, classes, `${said} · ${count(lines, 'line')}${end}`, isShort, pre(text), '\n');
}

function lastLine(text: string): string {
  const end = text.slice(-500).trimEnd();
  return excerpt(end.slice(end.lastIndexOf('\n') + 1), 90);
}

function outcomeOf({ exitCode, durationMs, status, note }: Outcome): string {
  const isContrary = exitCode !== null && status !== null && status !== (exitCode === 0 ? 'completed' : 'failed');
  const parts = [
    exitCode === null ? escapeLine(excerpt(status ?? 'done', 60)) : whole(`exit ${exitCode}`),
    isContrary ? escapeLine(excerpt(status, 60)) : null,
    durationMs ? whole(formatDuration(durationMs)) : null,
    note === undefined ? null : escapeLine(note),
  ];
  return parts.filter((part) => part !== null).join(' · ');
}

/** Not broken into lines. */
function whole(text: string): string {
  return `<span>${text}</span>`;
}

function judge({ exitCode, status }: Outcome): string {
  if (status === 'declined' || status === 'aborted') return 'held';
  return status === 'failed' || (exitCode !== null && exitCode !== 0) ? 'bad' : 'ok';
}

/** Images and whatever else is not text. */
function pictures(item: Fields, losses: LossCounter): string[] {
  const others = listOf(item.parts)
    .map(objectOf)
    .filter((part) => textOf(part.text) === null);
  if (others.length === 0) return [];
  const { html, omitted } = showImages(others);
  losses.add('parts without text', 'omitted', omitted);
  return ['<div class="pictures">\n', html, '</div>\n'];
}
