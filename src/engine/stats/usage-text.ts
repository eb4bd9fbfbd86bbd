import type { Problem } from '../problem.ts';
import type { ThreadUsage, UsageFacts } from './read-usage.ts';
import { outcomes, type Tally, type ToolTally, tokenKeys } from './tally.ts';

/** A usage as JSON without names, as it is kept in the index and sent between threads of the program. */
export function toUsageText({ facts, first, isUnknown, groups, problems }: ThreadUsage): string {
  const written: Written = [
    [...factKeys.map((key) => facts[key]), facts.size, facts.mtimeMs] as WrittenFacts,
    first,
    isUnknown ? 1 : 0,
    groups.map(({ day, model, tally }) => [day, model, ...writeTally(tally)]),
    problems,
  ];
  return JSON.stringify(written);
}

/** @param text made by `toUsageText` of this version of the program */
export function fromUsageText(text: string): ThreadUsage {
  const [facts, first, isUnknown, groups, problems] = JSON.parse(text) as Written;
  const [cwd, git_branch, model, source, created_at, lastTime, size, mtimeMs] = facts;
  return {
    facts: { cwd, git_branch, model, source, created_at, lastTime, size, mtimeMs },
    first,
    isUnknown: isUnknown === 1,
    groups: groups.map(([day, model, ...tally]) => ({ day, model, tally: readTally(tally) })),
    problems,
  };
}

const factKeys = ['cwd', 'git_branch', 'model', 'source', 'created_at', 'lastTime'] as const satisfies Array<
  keyof UsageFacts
>;

type Text = string | null;
type Time = number | null;
type WrittenFacts = [Text, Text, Text, Text, Text, Text, size: number, mtimeMs: number];
/** In the order of `tokenKeys`, or of `outcomes`. */
type Five = [number, number, number, number, number];
type WrittenTally = [
  turns: number,
  tokens: Five,
  turnMs: number,
  timed: number,
  first: Time,
  last: Time,
  WrittenTool[],
];
type WrittenTool = [name: string, calls: Five, durationMs: number, timed: number, first: Time, last: Time];
type Written = [WrittenFacts, first: Time, isUnknown: number, [day: Text, model: Text, ...WrittenTally][], Problem[]];

function writeTally({ turns, tokens, turnMs, timedTurns, first, last, tools }: Tally): WrittenTally {
  return [
    turns,
    tokenKeys.map((key) => tokens[key]) as Five,
    turnMs,
    timedTurns,
    first,
    last,
    [...tools].map(writeTool),
  ];
}

function writeTool([name, tool]: [string, ToolTally]): WrittenTool {
  return [name, outcomes.map((outcome) => tool[outcome]) as Five, tool.durationMs, tool.timed, tool.first, tool.last];
}

function readTally([turns, tokens, turnMs, timedTurns, first, last, tools]: WrittenTally): Tally {
  const [input_tokens, cached_input_tokens, output_tokens, reasoning_output_tokens, total_tokens] = tokens;
  const sums = { input_tokens, cached_input_tokens, output_tokens, reasoning_output_tokens, total_tokens };
  const byName = new Map(tools.map((tool) => [tool[0], readTool(tool)]));
  return { sessions: 0, turns, tokens: sums, turnMs, timedTurns, tools: byName, first, last, unknown: 0 };
}

function readTool([, calls, durationMs, timed, first, last]: WrittenTool): ToolTally {
  const [completed, failed, declined, aborted, unfinished] = calls;
  return { sessions: 0, completed, failed, declined, aborted, unfinished, durationMs, timed, first, last };
}
