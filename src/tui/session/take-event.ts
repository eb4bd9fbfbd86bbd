import type { Event } from '../../model/event.ts';
import { type Fields, listOf, numberOf, objectOf, textOf, wordsOf } from '../../model/fields.ts';
import type { LiveEvent } from '../../model/live-session.ts';
import { shellLine } from '../../model/shell-line.ts';
import { plain } from '../../model/verbatim.ts';
import type { Live, Plan, RunningCall, SessionState } from './state.ts';

/** What a session tells, as it shows below what was printed. */
export function takeEvent(state: SessionState, event: LiveEvent, now: number): SessionState {
  const { live } = state;
  switch (event.type) {
    case 'text':
      return live.isAnswering ? state : withLive(state, { isAnswering: true, reasoning: '', retry: null });
    case 'reasoning':
      return withLive(state, { reasoning: (live.reasoning + event.text).slice(-longestReasoning), retry: null });
    case 'call':
      return withBegun(state, event.callId, now);
    case 'output':
      return withLive(state, { calls: live.calls.map((call) => withOutput(call, event)) });
    case 'retry':
      return withLive(state, { retry: event.message, reasoning: '', isAnswering: false });
    case 'note':
      return state;
    case 'record':
      return takeRecord(state, event.event);
  }
}

/** Of records that are printed again, too: what they tell of the session as it is. */
export function takeRecord(state: SessionState, event: Event): SessionState {
  const { session } = state;
  const stored = session && { ...session, isStored: true, turns: Math.max(session.turns, numberOf(event.turn) ?? 0) };
  const known = { ...state, session: stored };
  if (event.type === 'EventMsg') return takeMsg(known, objectOf(event.msg));
  return event.type === 'ResponseItem' ? takeItem(known, objectOf(event.item)) : known;
}

function takeMsg(state: SessionState, msg: Fields): SessionState {
  const { usage } = state;
  switch (msg.type) {
    case 'TurnStarted':
      return { ...state, usage: { ...usage, window: numberOf(msg.model_context_window) ?? usage.window } };
    case 'TokenCount': {
      const [total, last] = [msg.total, msg.last].map((each) => amountOf(objectOf(each).total_tokens));
      const window = numberOf(msg.model_context_window) ?? usage.window;
      return { ...state, usage: { total: total ?? usage.total, context: last ?? usage.context, window } };
    }
    case 'AgentReasoning':
      return withLive(state, { reasoning: '' });
    case 'AgentMessage':
      return withLive(state, { isAnswering: false, reasoning: '', retry: null });
    case 'ContextCompacted':
      return { ...state, usage: { ...usage, context: null } };
    case 'ThreadNamed':
      return withName(state, textOf(msg.thread_name));
    case 'Error':
    case 'TurnAborted':
      return withLive(state, { hasFailed: true, calls: [] });
    case 'TurnComplete':
      return withLive(state, { hasFailed: state.live.hasFailed || Boolean(msg.error), calls: [] });
    default:
      return state;
  }
}

function takeItem(state: SessionState, item: Fields): SessionState {
  const callId = textOf(item.call_id);
  if (callId === null) return state;
  const { calls } = state.live;
  const others = calls.filter((call) => call.callId !== callId);
  if (item.type === 'tool_result') return withLive(state, { calls: others });
  if (item.type !== 'tool_call') return state;
  const plan = item.name === 'update_plan' ? planOf(item.arguments) : null;
  if (plan) return withLive({ ...state, plan }, { retry: null });
  const call: RunningCall = { callId, title: titleOf(item), output: '' };
  return withLive(state, { calls: [...others, call], retry: null });
}

/** A call is begun now. */
export function withBegun(state: SessionState, callId: string, now: number): SessionState {
  return withLive(state, { begun: new Map(state.live.begun).set(callId, now) });
}

function withLive(state: SessionState, change: Partial<Live>): SessionState {
  return { ...state, live: { ...state.live, ...change } };
}

export function withName(state: SessionState, name: string | null): SessionState {
  return state.session ? { ...state, session: { ...state.session, name } } : state;
}

function withOutput(call: RunningCall, { callId, text }: { callId: string; text: string }): RunningCall {
  return call.callId === callId ? { ...call, output: (call.output + text).slice(-longestOutput) } : call;
}

function titleOf(item: Fields): string {
  const argv = wordsOf(item.command);
  const name = [textOf(item.namespace), textOf(item.name) ?? 'a tool without a name'].filter(Boolean).join('/');
  const title = argv.length > 0 ? `$ ${shellLine(argv)}` : name;
  return title.slice(0, longestTitle).split('\n', 1)[0] as string;
}

function planOf(args: unknown): Plan | null {
  const steps = listOf(objectOf(args).plan).map(objectOf);
  if (steps.length === 0) return null;
  const done = steps.filter(({ status }) => status === 'completed').length;
  const current = steps.find(({ status }) => status === 'in_progress');
  return { done, steps: steps.length, current: current ? textOf(current.step) : null };
}

/** Amounts beyond 2^53 are text. */
function amountOf(value: unknown): number | null {
  const amount = Number(textOf(plain(value)) ?? Number.NaN);
  return Number.isFinite(amount) && amount >= 0 ? amount : null;
}

const longestReasoning = 2000;
const longestOutput = 4000;
const longestTitle = 200;
