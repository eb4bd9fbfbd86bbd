import { oneLine } from '../../base/safe-text.ts';
import type { Colours } from '../../ui/colour.ts';
import { truncate } from '../../ui/text-width.ts';
import { ageOf } from './age.ts';
import type { RunningCall, SessionState } from './state.ts';

/** What is going on, in rows that may have colours: the answer as far as it may change, thoughts, calls, the step of the plan. */
export function liveRows(state: SessionState, now: number, columns: number, colours: Colours, most: number): string[] {
  const { live, plan, phase } = state;
  if (most < 1) return [];
  // What the agent asks for does not run yet.
  const isAsked = (callId: string) => state.questions.some((each) => each.question.callId === callId);
  const running = live.calls.filter(({ callId }) => live.begun.has(callId) && !isAsked(callId));
  const shown = running.slice(-mostCalls);
  const outputs = Math.max(0, Math.min(mostOutput, Math.floor(most / 2 / Math.max(1, shown.length)) - 1));
  const hidden = running.length - shown.length;
  const isWorking = phase === 'working' && plan?.current;
  const below = [
    ...(live.reasoning === '' ? [] : [colours.dim(thoughtRow(live.reasoning, columns))]),
    ...(hidden > 0 ? [colours.dim(`  ${hidden} more run`)] : []),
    ...shown.flatMap((call) =>
      callRows(call, ageOf(live.begun.get(call.callId) ?? now, now), columns, colours, outputs),
    ),
    ...(isWorking
      ? [colours.dim(truncate(`  plan ${plan.done}/${plan.steps}: ${oneLine(plan.current as string)}`, columns))]
      : []),
    ...(live.retry === null ? [] : [colours.yellow(truncate(`! ${oneLine(live.retry)}`, columns))]),
  ].slice(-most);
  return [...endOf(state.tail, most - below.length, colours), ...below];
}

function endOf(rows: readonly string[], most: number, colours: Colours): readonly string[] {
  if (rows.length <= most) return rows;
  return most < 2 ? [] : [colours.dim(`  … ${rows.length - most + 1} rows above`), ...rows.slice(1 - most)];
}

function thoughtRow(reasoning: string, columns: number): string {
  const text = oneLine(reasoning.trim().replace(/\s+/g, ' '));
  const characters = [...text];
  const width = Math.max(8, columns - 4);
  // What is thought now stands at the end.
  return truncate(`~ ${characters.length > width ? `…${characters.slice(1 - width).join('')}` : text}`, columns);
}

function callRows(call: RunningCall, age: string, columns: number, colours: Colours, outputs: number): string[] {
  const title = truncate(`⋯ ${oneLine(call.title)}`, Math.max(4, columns - age.length));
  const lines = outputs < 1 ? [] : lastLines(call.output, outputs);
  return [
    `${colours.bold(title)}${colours.dim(age)}`,
    ...lines.map((line) => colours.dim(truncate(`│ ${oneLine(line.replaceAll('\t', '    '))}`, columns))),
  ];
}

/** Of a line that a program wrote over, what stands there at last. */
function lastLines(output: string, most: number): string[] {
  const lines = output.replace(/\r?\n$/, '').split(/\r?\n/);
  const shown = lines.slice(-most).map((line) => withoutStyle(line.slice(line.lastIndexOf('\r', line.length - 2) + 1)));
  return output.trim() === '' ? [] : shown;
}

/** Colours of a program say nothing here. */
function withoutStyle(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what begins a sequence.
  return line.replace(/\u001b\[[\d;]*[mK]/g, '').replace(/\r$/, '');
}

const mostCalls = 3;
const mostOutput = 5;
