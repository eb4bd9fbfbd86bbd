import type { ModelItem } from '../model/history.ts';
import { newId } from '../model/new-id.ts';
import { type Agent, putItem } from './agent.ts';
import { compact } from './compaction.ts';
import { contextItems } from './instructions/context-items.ts';
import { missingContext } from './missing-context.ts';
import type { ProviderFailure } from './providers/provider.ts';
import { assistantText, userItem } from './recorder/message-text.ts';
import type { UserInput } from './recorder/recorder.ts';
import { callsOf, runCalls } from './run-calls.ts';
import { takeAnswer } from './take-answer.ts';

/** How a turn ended. */
export interface TurnResult {
  outcome: 'completed' | 'failed' | 'interrupted';
  /** What the agent said last, in this turn; null when it said nothing. */
  lastMessage: string | null;
  /** Why it failed, for people. */
  error: string | null;
}

/**
 * One turn: from what the user says to the end of what the agent does about it, all of it recorded. A model that fails, and a
 * turn that is interrupted, are results; the history is then such that another turn can follow.
 *
 * @param signal interrupts the turn
 * @throws Failure `refused` where the whole run must end, such as without a sandbox; `trouble` when it cannot be recorded
 */
export async function runTurn(agent: Agent, input: UserInput, signal: AbortSignal): Promise<TurnResult> {
  const { recorder, clock } = agent;
  recorder.begin({ turnId: newId(clock.now()), contextWindow: agent.contextWindow });
  const context = contextItems({ ...agent.context, now: clock.now() });
  for (const item of missingContext(agent.items, context)) putItem(agent, item);
  recorder.context(agent.settings);
  recorder.userMessage(input);
  agent.items.push(userItem(input));
  // On its way to the disk while the model thinks. Who waits for a barrier later is told when it fails.
  recorder.barrier().catch(() => {});
  const said: { last: string | null } = { last: null };
  try {
    const end = await loop(agent, said, signal);
    if (end === 'interrupted') return interrupt(agent, said.last);
    const error = end === 'completed' ? null : end.message;
    recorder.endTurn({ outcome: 'completed', lastMessage: said.last, ...(error !== null && { error }) });
    return { outcome: error === null ? 'completed' : 'failed', lastMessage: said.last, error };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    recorder.endTurn({ outcome: 'completed', lastMessage: said.last, error: message });
    throw error;
  }
}

type LoopEnd = 'completed' | 'interrupted' | ProviderFailure;

async function loop(agent: Agent, said: { last: string | null }, signal: AbortSignal): Promise<LoopEnd> {
  let broken = 0;
  /** Whether anything was answered since the history was last compacted: else doing it again would not help. */
  let hasGoneOn = true;
  for (;;) {
    if (agent.recorder.failure) throw agent.recorder.failure;
    if (signal.aborted) return 'interrupted';
    if (hasGoneOn && isOverLimit(agent)) {
      const failure = await shorten(agent, signal);
      if (failure) return signal.aborted ? 'interrupted' : failure;
      hasGoneOn = false;
    }
    const { items, failure } = await takeAnswer(agent, signal);
    said.last = lastText(items) ?? said.last;
    const calls = callsOf(items);
    if (calls.length > 0 && (await runCalls(agent, calls, signal)).isAborted) return 'interrupted';
    if (failure === null) {
      if (calls.length === 0) return 'completed';
      broken = 0;
      hasGoneOn = true;
    } else if (signal.aborted) return 'interrupted';
    else if (failure.kind === 'context-length' && hasGoneOn) {
      const reason = await shorten(agent, signal);
      if (reason) return signal.aborted ? 'interrupted' : reason;
      hasGoneOn = false;
    } else if (failure.isRetryable && items.length > 0 && ++broken < agent.attempts.stream) {
      // What came of the answer is in the history: the next one goes on from there.
      await waitBeforeRetry(agent, failure, broken, signal);
    } else return failure;
  }
}

function isOverLimit({ compactLimit, meter, items }: Agent): boolean {
  return compactLimit !== null && meter.estimate(items) >= compactLimit;
}

async function shorten(agent: Agent, signal: AbortSignal): Promise<ProviderFailure | null> {
  agent.onEvent({ type: 'note', message: 'the conversation is summarised, because it has become too long' });
  const failure = await compact(agent, signal);
  return failure && { ...failure, message: `the conversation could not be summarised: ${failure.message}` };
}

async function waitBeforeRetry(
  agent: Agent,
  { message, retryAfterMs }: ProviderFailure,
  broken: number,
  signal: AbortSignal,
): Promise<void> {
  const delayMs = Math.max(Math.min(200 * 2 ** (broken - 1), 30_000), Math.min(retryAfterMs ?? 0, 120_000));
  agent.onEvent({ type: 'retry', message, delayMs });
  await agent.clock.sleep(delayMs, signal);
}

/** Tells the model what happened, as Codex does, and ends the turn. */
function interrupt(agent: Agent, lastMessage: string | null): TurnResult {
  putItem(agent, { type: 'message', role: 'user', content: [{ type: 'input_text', text: abortedText }] });
  agent.recorder.endTurn({ outcome: 'aborted', reason: 'interrupted' });
  return { outcome: 'interrupted', lastMessage, error: null };
}

const abortedText =
  '<turn_aborted>\nThe user interrupted the previous turn on purpose. If any tools/commands were aborted, they may have ' +
  'partially executed; verify current state before retrying.\n</turn_aborted>';

function lastText(items: readonly ModelItem[]): string | null {
  return items.reduce<string | null>((last, item) => assistantText(item) ?? last, null);
}
