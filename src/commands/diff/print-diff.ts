import { count, formatDuration, groupDigits } from '../../base/amounts.ts';
import { oneLine } from '../../base/safe-text.ts';
import { parseTime, relativeAge } from '../../base/time.ts';
import type { DiffSide, SessionDiff } from '../../engine/diff/session-diff.ts';
import type { Printer } from '../../ui/printer.ts';
import { createTable, type Table } from '../../ui/table.ts';
import { fileRows, toolRows } from './diff-rows.ts';
import { messageRows, turnRows } from './text-rows.ts';

/** A comparison as people read it: what is in common, then both sides beside each other. */
export async function printDiff(diff: SessionDiff, printer: Printer, now: number): Promise<void> {
  const { a, b } = diff;
  const { bold } = printer.colours;
  await printer.text(`${bold('A')}  ${describeSession(a)}\n${bold('B')}  ${describeSession(b)}\n\n`);
  await printer.text(describeCommon(diff, now));
  if (diff.verdict === 'same') return;
  const tools = [...a.tools, ...b.tools].map(({ name }) => name.length + 2);
  const labelWidth = Math.min(WIDEST_LABEL, Math.max(NARROWEST_LABEL, ...tools));
  const sideWidth = Math.max(12, Math.floor((printer.columns - labelWidth - 4) / 2));
  const table = createTable(
    [
      { title: 'after that', width: labelWidth },
      { title: 'A', width: sideWidth },
      { title: 'B', width: sideWidth },
    ],
    printer.columns,
    printer.colours,
  );
  await printer.text(`\n${table.header()}`);
  await printer.text(table.rows(summaryRows(a, b)));
  await printer.text(table.rows([...toolRows(a, b), ...fileRows(a, b)]));
  await printer.text(table.rows(messageRows('last answer', a.last_message, b.last_message, sideWidth)));
  if (a.turn_list && b.turn_list) await printTurns(a, b, table, sideWidth, printer);
}

async function printTurns(a: DiffSide, b: DiffSide, table: Table, width: number, printer: Printer): Promise<void> {
  for (const rows of turnRows(a.turn_list ?? [], b.turn_list ?? [], width)) {
    await printer.text(`\n${table.rows(rows)}`);
  }
}

function describeSession({ thread_id, name, path, forked_from_id }: DiffSide): string {
  const parts = [
    thread_id ?? path ?? 'standard input',
    name,
    forked_from_id === null ? null : `fork of ${forked_from_id}`,
  ];
  return parts.flatMap((part) => (part === null ? [] : [oneLine(part)])).join('  ');
}

function describeCommon({ verdict, common, a, b }: SessionDiff, now: number): string {
  if (verdict === 'unrelated') return 'They have nothing in common.\n';
  const { turns, last_turn: last, thread_id: origin } = common;
  const time = last?.at ? parseTime(last.at) : null;
  const prompt = last?.prompt
    ? `, the last one ${time === null ? '' : `${relativeAge(time, now)} `}“${short(last.prompt)}”`
    : '';
  const both = origin === null || origin === a.thread_id || origin === b.thread_id;
  const lines = [
    verdict === 'same'
      ? `The same history: ${count(turns, 'turn')}.`
      : `${count(turns, 'turn')} in common${both ? '' : `, of ${oneLine(origin)}`}${prompt}.`,
    ...partings(verdict, common),
    ...takenBack(a, b),
    ...(origin === null ? ['Neither says that it was forked from the other.'] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function partings(
  verdict: SessionDiff['verdict'],
  { last_turn: last, parted_in_turn }: SessionDiff['common'],
): string[] {
  if (verdict === 'same') return [];
  const number = last && (last.a === last.b ? `turn ${last.a}` : `turn ${last.a} of A, which is turn ${last.b} of B`);
  if (parted_in_turn) return [`They part within ${number}.`];
  if (verdict === 'parted') return [number ? `They part after ${number}.` : 'They part before the first turn.'];
  const [ahead, behind] = verdict === 'a_goes_on' ? ['A', 'B'] : ['B', 'A'];
  return [`${ahead} goes on where ${behind} ends${number ? `, after ${number}` : ''}.`];
}

function takenBack(a: DiffSide, b: DiffSide): string[] {
  const ofCommon = (who: string, amount: number) =>
    amount > 0 ? [`${who} taken back ${groupDigits(amount)} of the turns in common.`] : [];
  const ofOwn = (who: string, amount: number) =>
    amount > 0
      ? [`${who} has taken back ${count(amount, 'turn')} before that, which the other one does not have.`]
      : [];
  const [inA, inB] = [a.common_rolled_back_turns, b.common_rolled_back_turns];
  return [
    ...(inA === inB ? ofCommon('Both have', inA) : [...ofCommon('A has', inA), ...ofCommon('B has', inB)]),
    ...ofOwn('A', a.dropped_turns),
    ...ofOwn('B', b.dropped_turns),
  ];
}

function summaryRows(a: DiffSide, b: DiffSide): string[][] {
  const row = (label: string, show: (side: DiffSide) => string) => [label, show(a), show(b)];
  return [
    row('turns', ({ turns, rolled_back_turns }) => withNote(turns, rolled_back_turns, 'taken back')),
    row('tokens', ({ tokens }) => groupDigits(tokens.total_tokens)),
    row('time', ({ turns, duration_ms }) => (turns === 0 || duration_ms === 0 ? '-' : formatDuration(duration_ms))),
    row('ended', ({ ended }) => ended ?? '-'),
    row('tool calls', ({ tool_calls, outcomes }) => withNote(tool_calls, outcomes.failed, 'failed')),
  ];
}

function withNote(amount: number, part: number, what: string): string {
  return part === 0 ? groupDigits(amount) : `${groupDigits(amount)}, ${groupDigits(part)} ${what}`;
}

function short(text: string): string {
  const line = oneLine(text.replace(/\s+/g, ' ').trim());
  return line.length <= LONGEST_PROMPT ? line : `${[...line].slice(0, LONGEST_PROMPT).join('')}…`;
}

const NARROWEST_LABEL = 12;
const WIDEST_LABEL = 22;
const LONGEST_PROMPT = 60;
