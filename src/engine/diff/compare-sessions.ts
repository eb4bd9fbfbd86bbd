import { openTarget } from '../open-target.ts';
import type { Report } from '../problem.ts';
import { readHead } from '../read-head.ts';
import type { ThreadSource } from '../read-thread.ts';
import type { SessionResolver, Target } from '../resolve-session.ts';
import { noTokens, type Outcome, outcomes } from '../stats/tally.ts';
import { originsOf } from './origins.ts';
import type { CommonHistory, DiffSide, SessionDiff } from './session-diff.ts';
import { Side } from './side.ts';
import { walkInStep } from './walk-in-step.ts';

export interface CompareOptions {
  report: Report;
  signal: AbortSignal;
  /** Also tell of every turn after the parting. */
  turns: boolean;
  /** Only the verdict is wanted: nothing is read beyond the parting. */
  brief: boolean;
}

/** Compares the recorded histories of two sessions: where they part, and what each did after that. */
export async function compareSessions(
  sessions: SessionResolver,
  [targetA, targetB]: readonly [Target, Target],
  options: CompareOptions,
): Promise<SessionDiff> {
  const { report, signal } = options;
  const sources = [await openTarget(sessions, targetA, report), await openTarget(sessions, targetB, report)] as const;
  const itemsOnly = (await isBare(sources[0])) !== (await isBare(sources[1]));
  const [a, b] = sources.map(
    (source) => new Side(source, report, { itemsOnly, keepsTurns: options.turns, signal }),
  ) as [Side, Side];
  try {
    const isDifferent = await walkInStep(a, b, signal);
    for (const side of isDifferent && !options.brief ? [a, b] : []) await side.keepRest();
    const origins = [
      await originsOf(a.source, await catalogFor(sessions, targetA)),
      await originsOf(b.source, await catalogFor(sessions, targetB)),
    ] as const;
    const common = commonOf(a, b, origins[0].find((id) => origins[1].includes(id)) ?? null);
    return {
      schema: 'sessions.diff/1',
      verdict: isDifferent ? verdictOf(a, b, common) : 'same',
      common,
      a: await describe(a, origins[0], sessions, targetA, options),
      b: await describe(b, origins[1], sessions, targetB, options),
    };
  } finally {
    await a.close();
    await b.close();
  }
}

function verdictOf(a: Side, b: Side, common: CommonHistory): SessionDiff['verdict'] {
  if (common.thread_id === null && common.last_turn === null) return 'unrelated';
  if (!a.after) return 'b_goes_on';
  return b.after ? 'parted' : 'a_goes_on';
}

function commonOf(a: Side, b: Side, threadId: string | null): CommonHistory {
  const isInTurn = Boolean(a.after?.continuesTurn || b.after?.continuesTurn);
  return {
    turns: a.commonTurns - (isInTurn ? 1 : 0),
    parted_in_turn: isInTurn,
    thread_id: threadId,
    // Who wrote it knows better than who copied it.
    recorded_by: [a, b].find(({ recordedBy, source }) => recordedBy === source.threadId)?.recordedBy ?? a.recordedBy,
    last_turn: a.commonTurns === 0 ? null : { a: a.lastTurn, b: b.lastTurn, at: a.lastAt, prompt: a.lastPrompt },
  };
}

async function describe(
  { source, after, commonRolledBack, droppedTurns }: Side,
  origins: readonly string[],
  sessions: SessionResolver,
  target: Target,
  { turns }: CompareOptions,
): Promise<DiffSide> {
  const tools = [...(after?.tools.values() ?? [])].sort((x, y) => y.calls - x.calls || (x.name < y.name ? -1 : 1));
  const sum = (outcome: Outcome) => tools.reduce((total, tool) => total + tool[outcome], 0);
  const id = source.threadId;
  return {
    thread_id: id,
    name: target.kind === 'thread' ? ((await sessions.names()).get(target.threadId) ?? null) : null,
    path: target.kind === 'file' && target.isStdin ? null : (source.parts.at(-1)?.path ?? null),
    forked_from_id: (id === null ? origins[0] : origins[1]) ?? null,
    turns: after?.turns ?? 0,
    rolled_back_turns: after?.rolledBackTurns ?? 0,
    common_rolled_back_turns: commonRolledBack,
    dropped_turns: droppedTurns,
    tool_calls: tools.reduce((total, { calls }) => total + calls, 0),
    outcomes: Object.fromEntries(outcomes.map((outcome) => [outcome, sum(outcome)])) as Record<Outcome, number>,
    tools,
    files: after?.files.list() ?? [],
    tokens: after?.tokens ?? noTokens(),
    first_at: after?.firstAt ?? null,
    last_at: after?.lastAt ?? null,
    duration_ms: after?.durationMs ?? 0,
    ended: after?.ended ?? null,
    last_message: after?.lastMessage ?? null,
    turn_list: turns ? (after?.turnList ?? []) : null,
  };
}

async function isBare({ parts }: ThreadSource): Promise<boolean> {
  const path = parts[0]?.path;
  return path !== undefined && (await readHead(path)).dialect === 'bare';
}

async function catalogFor(sessions: SessionResolver, target: Target) {
  return target.kind === 'thread' ? sessions.catalog() : null;
}
