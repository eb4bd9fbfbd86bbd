import { count, formatDuration } from '../../base/amounts.ts';
import { contentText, type Fields, listOf, numberOf, objectOf, textOf, wordsOf } from '../../model/fields.ts';
import { withoutHeader } from '../../model/output-header.ts';
import { shellLine } from '../../model/shell-line.ts';
import { type Block, block, type Memory, type View } from './block.ts';
import type { Call } from './calls.ts';
import { clip, limits, quote, quoteUnder } from './excerpt.ts';
import { leads, type Paragraph, paragraph, type Style, span } from './paragraph.ts';

/** The output of a tool, under its call, and what became of it: exit code, duration, declined or aborted. */
export function toolResult(item: Fields, memory: Memory, view: View): Block | null {
  const callId = textOf(item.call_id);
  const call = memory.calls.find(callId);
  if (call?.outputShown) {
    call.outputShown = false;
    return null;
  }
  const { text, note } = withoutHeader(contentText(item.output), numberOf(item.exit_code));
  const outcome: Outcome = {
    exitCode: numberOf(item.exit_code) ?? call?.execution?.exitCode ?? null,
    durationMs: numberOf(item.duration_ms) ?? call?.execution?.durationMs ?? null,
    status: textOf(item.status),
    note: note ?? null,
  };
  if (isRoutine(call, text, outcome)) {
    const saidAlready = call?.changeSaid || call?.kind === 'plan';
    return saidAlready ? null : under(callId, call, outcomeRows(outcome, true), memory);
  }
  const shown = [...quoteOutput(text, view), ...otherParts(item)];
  return under(callId, call, [...shown, ...outcomeRows(outcome, shown.length === 0)], memory);
}

/**
 * The record of a command that paginated sessions keep beside call and result. With a call in sight it only adds what the
 * result lacks; without one it is all there is to see of the command.
 */
export function commandExecution(msg: Fields, memory: Memory, view: View): Block | null {
  const callId = textOf(msg.call_id) ?? textOf(msg.id);
  const execution = { exitCode: numberOf(msg.exit_code), durationMs: numberOf(msg.duration_ms) };
  const call = memory.calls.find(callId);
  if (call) {
    call.execution ??= execution;
    return null;
  }
  const argv = wordsOf(msg.command);
  const title = shellLine(argv);
  memory.calls.remember(callId, { title: `$ ${title}`, kind: 'command', early: true, outputShown: true, execution });
  const outcome = { ...execution, status: textOf(msg.status), note: null };
  return block([
    ...quoteUnder(leads.shell, title, view.showAll ? limits.none : limits.command, 'bold'),
    ...quoteOutput(textOf(msg.aggregated_output) ?? '', view),
    ...outcomeRows(outcome, true),
  ]);
}

/** Names the call again where something else stands between the two. */
export function under(callId: string | null, call: Call | undefined, rows: Paragraph[], memory: Memory): Block | null {
  if (rows.length === 0) return null;
  if (callId !== null && memory.lastAbout === callId) return block(rows, callId);
  const title = call?.title ?? (callId === null ? 'a call without an id' : `call ${callId.slice(0, 200)}`);
  return block([paragraph(leads.back, ...clip(title, 120, 'dim')), ...rows], callId ?? undefined);
}

interface Outcome {
  exitCode: number | null;
  durationMs: number | null;
  status: string | null;
  note: string | null;
}

/** Answers that say no more than that the tool did what the call, shown above, asks for. */
function isRoutine(call: Call | undefined, text: string, { exitCode, status }: Outcome): boolean {
  if (status !== 'completed' || (exitCode !== null && exitCode !== 0)) return false;
  if (call?.kind === 'patch') return /^Success\. Updated the following files:\n(?:[AMD] [^\n]*(?:\n|$))*$/.test(text);
  return call?.kind === 'plan' && text.trim() === 'Plan updated';
}

function quoteOutput(text: string, view: View): Paragraph[] {
  return text === '' || text === '\n' ? [] : quote(text, view.showAll ? limits.none : limits.output);
}

/** @param alone whether a success must be said, because nothing else tells that there was a result */
function outcomeRows({ exitCode, durationMs, status, note }: Outcome, alone: boolean): Paragraph[] {
  const failed = status !== null && status !== 'completed';
  const said = exitCode !== null ? `exit ${exitCode}` : failed || alone ? (status ?? 'done') : null;
  const contrary = exitCode !== null && failed && (status !== 'failed' || exitCode === 0) ? status : null;
  const duration = durationMs ? formatDuration(durationMs) : null;
  const parts = [said, contrary, duration, note].filter((part) => part !== null);
  return parts.length === 0 ? [] : [paragraph(leads.outcome, span(parts.join(' · '), styleOf(exitCode, status)))];
}

function styleOf(exitCode: number | null, status: string | null): Style {
  if (status === 'declined' || status === 'aborted') return 'yellow';
  return status === 'failed' || (exitCode !== null && exitCode !== 0) ? 'red' : 'dim';
}

/** Images and whatever else is not text. */
function otherParts(item: Fields): Paragraph[] {
  const others = listOf(item.parts).filter((part) => textOf(objectOf(part).text) === null);
  return others.length === 0
    ? []
    : [paragraph(leads.quote, span(`[${count(others.length, 'part')} without text]`, 'dim'))];
}
