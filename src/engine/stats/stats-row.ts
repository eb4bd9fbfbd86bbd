import { formatTime } from '../../base/time.ts';
import { countCalls, noTokens, type Outcome, outcomes, type Tally, type Tokens, type ToolTally } from './tally.ts';

/** What sessions used, in total or of one group. Every key is always there. Schema: `schemas/stats.schema.json`. */
export interface StatsRow {
  schema: 'sessions.stats/1';
  /** What the row is grouped by; null for the total. */
  by: StatsKey | null;
  /** The group: a day, a model, …; null in the total, and for what belongs to no group that is known. */
  key: string | null;
  /** Sessions with a share in the group. By day, model and tool a session can have a share in several. */
  sessions: number;
  /** Null by tool, as are the tokens and the durations of turns. */
  turns: number | null;
  tokens: Tokens | null;
  tool_calls: number;
  outcomes: Record<Outcome, number>;
  tools: ToolRow[];
  /** Milliseconds, of those turns whose duration is recorded. */
  turn_duration_ms: number | null;
  timed_turns: number | null;
  tool_duration_ms: number;
  timed_tool_calls: number;
  /** RFC 3339 UTC. */
  first_at: string | null;
  last_at: string | null;
  /** `unknown` when a fork is among the sessions whose parent is not there: what it copied is counted as its own. */
  inheritance: 'known' | 'unknown';
}

export interface ToolRow extends Record<Outcome, number> {
  name: string;
  calls: number;
  duration_ms: number;
  timed_calls: number;
}

export const statsKeys = ['day', 'model', 'cwd', 'branch', 'source', 'tool', 'session'] as const;
export type StatsKey = (typeof statsKeys)[number];

export function statsRow(by: StatsKey | null, key: string | null, tally: Tally): StatsRow {
  const tools = [...tally.tools].map(([name, tool]) => toolRow(name, tool));
  return {
    schema: 'sessions.stats/1',
    by,
    key,
    sessions: tally.sessions,
    turns: tally.turns,
    tokens: { ...noTokens(), ...tally.tokens },
    tool_calls: sum(tools.map(({ calls }) => calls)),
    outcomes: Object.fromEntries(
      outcomes.map((name) => [name, sum(tools.map((tool) => tool[name]))]),
    ) as StatsRow['outcomes'],
    tools: tools.sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1)),
    turn_duration_ms: tally.turnMs,
    timed_turns: tally.timedTurns,
    tool_duration_ms: sum(tools.map(({ duration_ms }) => duration_ms)),
    timed_tool_calls: sum(tools.map(({ timed_calls }) => timed_calls)),
    first_at: timeOf(tally.first),
    last_at: timeOf(tally.last),
    inheritance: tally.unknown > 0 ? 'unknown' : 'known',
  };
}

/** The rows by tool, from the total: turns and tokens belong to no tool. */
export function toolRows(total: Tally): StatsRow[] {
  return [...total.tools].map(([name, tool]) => ({
    ...statsRow('tool', name, { ...total, tools: new Map([[name, tool]]), first: tool.first, last: tool.last }),
    sessions: tool.sessions,
    turns: null,
    tokens: null,
    turn_duration_ms: null,
    timed_turns: null,
  }));
}

function toolRow(name: string, tool: ToolTally): ToolRow {
  const { completed, failed, declined, aborted, unfinished, durationMs, timed } = tool;
  const calls = countCalls(tool);
  return { name, calls, completed, failed, declined, aborted, unfinished, duration_ms: durationMs, timed_calls: timed };
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : formatTime(ms);
}
