import type { ToolResult } from '../../model/event.ts';

/** What is counted, of one session or of many. All but the times and `unknown` is additive. */
export interface Tally {
  sessions: number;
  turns: number;
  tokens: Tokens;
  turnMs: number;
  timedTurns: number;
  tools: Map<string, ToolTally>;
  /** Milliseconds since the epoch. */
  first: number | null;
  last: number | null;
  /** Sessions of which it is not known what they inherited. */
  unknown: number;
}

export interface Tokens {
  input_tokens: number;
  cached_input_tokens: number;
  output_tokens: number;
  reasoning_output_tokens: number;
  total_tokens: number;
}

export const tokenKeys = [
  'input_tokens',
  'cached_input_tokens',
  'output_tokens',
  'reasoning_output_tokens',
  'total_tokens',
] as const satisfies readonly (keyof Tokens)[];

/** How a call ended; `unfinished` when no result is recorded. */
export type Outcome = ToolResult['status'] | 'unfinished';
export const outcomes = ['completed', 'failed', 'declined', 'aborted', 'unfinished'] as const satisfies Outcome[];

export interface ToolTally extends Record<Outcome, number> {
  sessions: number;
  durationMs: number;
  timed: number;
  first: number | null;
  last: number | null;
}

export function emptyTally(): Tally {
  return {
    sessions: 0,
    turns: 0,
    tokens: noTokens(),
    turnMs: 0,
    timedTurns: 0,
    tools: new Map(),
    first: null,
    last: null,
    unknown: 0,
  };
}

export function noTokens(): Tokens {
  return {
    input_tokens: 0,
    cached_input_tokens: 0,
    output_tokens: 0,
    reasoning_output_tokens: 0,
    total_tokens: 0,
  };
}

/** The tally of a tool's calls, made when it is first asked for. */
export function toolOf(tally: Tally, name: string): ToolTally {
  let tool = tally.tools.get(name);
  if (!tool) {
    const none = { completed: 0, failed: 0, declined: 0, aborted: 0, unfinished: 0 };
    tool = { sessions: 0, ...none, durationMs: 0, timed: 0, first: null, last: null };
    tally.tools.set(name, tool);
  }
  return tool;
}

export function countCalls(tool: ToolTally): number {
  return outcomes.reduce((sum, outcome) => sum + tool[outcome], 0);
}

export function addTokens(sum: Tokens, more: Tokens): void {
  for (const key of tokenKeys) sum[key] += more[key];
}

/** Widens the span of a tally to a time. */
export function touch(span: { first: number | null; last: number | null }, time: number | null): void {
  if (time === null) return;
  if (span.first === null || time < span.first) span.first = time;
  if (span.last === null || time > span.last) span.last = time;
}

export function addTally(sum: Tally, more: Tally): void {
  sum.sessions += more.sessions;
  sum.turns += more.turns;
  addTokens(sum.tokens, more.tokens);
  sum.turnMs += more.turnMs;
  sum.timedTurns += more.timedTurns;
  sum.unknown += more.unknown;
  touch(sum, more.first);
  touch(sum, more.last);
  for (const [name, tool] of more.tools) {
    const known = toolOf(sum, name);
    for (const outcome of outcomes) known[outcome] += tool[outcome];
    known.sessions += tool.sessions;
    known.durationMs += tool.durationMs;
    known.timed += tool.timed;
    touch(known, tool.first);
    touch(known, tool.last);
  }
}
