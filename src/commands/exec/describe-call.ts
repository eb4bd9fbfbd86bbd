import { oneLine } from '../../base/safe-text.ts';
import type { ToolOutcome, ToolRequest } from '../../runner/tools/tool.ts';

/** How a call is announced. */
export function describeCall({ name, argumentsText }: ToolRequest): string {
  if (name === 'shell_command') {
    const { command } = parse(argumentsText) as { command?: unknown };
    if (typeof command === 'string') return `$ ${command}`;
  }
  if (name === 'apply_patch' || name === 'update_plan') return name;
  return `${oneLine(name)} ${oneLine(argumentsText.slice(0, 200))}`;
}

/**
 * What came of a call: the first lines of its output, how many more it printed, and how it ended.
 *
 * @param seen the lines of it that were shown while it ran
 */
export function describeOutcome(outcome: ToolOutcome, seen: readonly string[]): string[] {
  const { output, status, exitCode, durationMs, note } = outcome;
  if (note?.type === 'PlanUpdate') {
    const plan = note.plan as { step: string; status: string }[];
    return plan.map(({ step, status: at }) => `${marks[at] ?? ' '} ${oneLine(step)}`);
  }
  const [header = '', text] = splitHeader(typeof output === 'string' ? output : `${output.length} parts`);
  const lines = text.trimEnd().split('\n');
  const shown = withoutSeen(lines.slice(0, mostLines), seen).map((line) => `| ${oneLine(line.slice(0, longestLine))}`);
  const more = countMore(header, text, lines.length, Math.max(seen.length, Math.min(lines.length, mostLines)));
  const took = durationMs === undefined ? '' : ` in ${Math.round(durationMs) / 1000} s`;
  return [...shown, ...more, `${status}${exitCode ? `, exit ${exitCode}` : ''}${took}`];
}

/** How many lines of an output are shown, and how much of each. */
export const mostLines = 8;
export const longestLine = 200;

const marks: Record<string, string> = { completed: '[x]', in_progress: '[>]', pending: '[ ]' };

function splitHeader(output: string): [string, string] {
  const header = /^[\s\S]*?\nOutput:\n/.exec(output)?.[0] ?? '';
  return [header, output.slice(header.length)];
}

/** A stream that was decoded as it came may differ at its ends. */
function withoutSeen(lines: readonly string[], seen: readonly string[]): string[] {
  if (seen.length === 0) return [...lines];
  const left = seen.map((line) => line.trim());
  return lines.filter((line) => {
    const at = left.indexOf(line.slice(0, longestLine).trim());
    if (at >= 0) left.splice(at, 1);
    return at < 0 && line !== '';
  });
}

/** Of a long output a part is kept, and its header says how many lines there were. */
function countMore(header: string, text: string, kept: number, shown: number): string[] {
  const total = /^Total output lines: (\d+)$/m.exec(header)?.[1];
  const count = total === undefined ? kept : Number(total) + (text.endsWith('\n') ? 0 : 1);
  if (count <= shown) return [];
  const isPart = total === undefined && /^\[… \d+ bytes with \d+ line feeds left out …\]$/m.test(text);
  return [`| … ${count - shown} more line${count - shown === 1 ? '' : 's'}${isPart ? ' of what is kept' : ''}`];
}

function parse(text: string): object {
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch {
    return {};
  }
}
