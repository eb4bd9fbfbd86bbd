import type { Event } from '../../../model/event.ts';
import { listOf, numberOf, textOf } from '../../../model/fields.ts';
import { SpokenInput } from '../../../model/spoken-input.ts';
import { addTokens, noTokens, type Tokens } from '../../stats/tally.ts';
import type { SessionHead } from '../encoder.ts';
import { type ShortText, shortText } from '../short-text.ts';
import { ThreadMeter } from '../thread-meter.ts';
import type { Row, TableFold } from './table.ts';

/** A row for each recorded turn, when the next one begins. */
export function turnRows({ threadId }: SessionHead): TableFold {
  const meter = new ThreadMeter();
  const input = new SpokenInput();
  let turn: Turn | null = null;
  const close = (): Row[] => (turn ? [rowOf(threadId, turn, meter.model)] : []);
  const add = (event: Event): Row[] | null => {
    const rows = turn !== null && turn.number === event.turn ? [] : close();
    if (rows.length > 0 || turn === null || turn.number !== event.turn) turn = beginTurn(event);
    const used = meter.read(event);
    if (turn) {
      if (used) addTokens(turn.tokens, used);
      note(turn, event);
    }
    return used !== null || rows.length > 0 || tells(event) ? rows : null;
  };
  const addAll = (events: readonly Event[]): Row[] | null => {
    const rows = events.map(add);
    return rows.some((each) => each !== null) ? rows.flatMap((each) => each ?? []) : null;
  };
  return {
    event: (event) => addAll(input.add(event)),
    end: () => [...(addAll(input.end()) ?? []), ...close()],
  };
}

interface Turn {
  number: number;
  startedAt: string | null;
  endedAt: string | null;
  durationMs: number | null;
  outcome: string | null;
  userMessage: ShortText | null;
  agentMessage: ShortText | null;
  calls: number;
  failedCalls: number;
  tokens: Tokens;
  isRolledBack: boolean;
  inheritedFrom: string | null;
}

/** Null before the first turn. */
function beginTurn(event: Event): Turn | null {
  if (event.turn === 0) return null;
  return {
    number: event.turn,
    startedAt: event.timestamp,
    endedAt: null,
    durationMs: null,
    outcome: null,
    userMessage: null,
    agentMessage: null,
    calls: 0,
    failedCalls: 0,
    tokens: noTokens(),
    isRolledBack: event.rolled_back === true,
    inheritedFrom: event.inherited_from ?? null,
  };
}

function note(turn: Turn, event: Event): void {
  turn.endedAt = event.timestamp ?? turn.endedAt;
  if (event.type === 'ResponseItem') {
    if (event.item.type === 'tool_call') turn.calls++;
    if (event.item.type === 'tool_result' && event.item.status !== 'completed') turn.failedCalls++;
    return;
  }
  if (event.type !== 'EventMsg') return;
  const { msg } = event;
  if (msg.type === 'UserMessage')
    turn.userMessage ??= shortText(textOf(msg.text) ?? (listOf(msg.images).length > 0 ? '[picture]' : ''));
  else if (msg.type === 'AgentMessage') turn.agentMessage = shortText(textOf(msg.text) ?? '');
  else if (msg.type === 'TurnComplete' || msg.type === 'TurnAborted') {
    turn.outcome = msg.type === 'TurnComplete' ? 'completed' : 'aborted';
    turn.durationMs = numberOf(msg.duration_ms);
  }
}

/** Whether a row says something of the event besides its time. */
function tells(event: Event): boolean {
  if (event.turn === 0) return false;
  if (event.type === 'ResponseItem') return event.item.type === 'tool_call' || event.item.type === 'tool_result';
  return event.type === 'EventMsg' && tellingMsgs.has(event.msg.type);
}

const tellingMsgs = new Set(['UserMessage', 'AgentMessage', 'TurnComplete', 'TurnAborted', 'TokenCount']);

function rowOf(threadId: string | null, turn: Turn, model: string | null): Row {
  const { tokens } = turn;
  return [
    threadId,
    turn.number,
    turn.startedAt,
    turn.endedAt,
    turn.durationMs,
    turn.outcome,
    model,
    turn.userMessage,
    turn.agentMessage,
    turn.calls,
    turn.failedCalls,
    tokens.input_tokens,
    tokens.cached_input_tokens,
    tokens.output_tokens,
    tokens.reasoning_output_tokens,
    tokens.total_tokens,
    turn.isRolledBack || null,
    turn.inheritedFrom,
  ];
}
