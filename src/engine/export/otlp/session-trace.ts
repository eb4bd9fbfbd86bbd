import type { Event } from '../../../model/event.ts';
import { objectOf, textOf } from '../../../model/fields.ts';
import { stringify } from '../../../model/verbatim.ts';
import { addTokens, type Tokens } from '../../stats/tally.ts';
import type { SessionHead, SessionResult } from '../encoder.ts';
import type { LossCounter } from '../loss-counter.ts';
import { FactGatherer } from '../session-facts.ts';
import { CutText, shortText } from '../short-text.ts';
import { ThreadMeter } from '../thread-meter.ts';
import { Agent } from './agent.ts';
import { SpanMaker } from './make-spans.ts';
import { type OpenCall, OpenCalls } from './open-calls.ts';
import { OpenTurn } from './open-turn.ts';
import { RequestClock } from './request-clock.ts';
import type { Span } from './span.ts';
import { nanosOf, TimeSpan } from './span-time.ts';

/** What the model says. */
const answers = new Set(['AgentMessage', 'AgentReasoning', 'message', 'reasoning', 'tool_call', 'web_search']);

/**
 * The trace of a session, made while its events go by: a span for the session, in it one for each turn, in these one for each request to
 * the model and each tool call. A span is given out when it has ended, so that those inside come first. Everything lies inside of its
 * parent. What was inherited belongs to the trace of the parent, to which there is a link.
 */
export class SessionTrace {
  readonly agent = new Agent();
  readonly #losses: LossCounter;
  readonly #hasContent: boolean;
  readonly #spans: SpanMaker;
  readonly #meter = new ThreadMeter();
  readonly #gatherer = new FactGatherer();
  readonly #calls = new OpenCalls();
  #time: TimeSpan | null = null;
  #now = 0n;
  #turn: OpenTurn | null = null;
  #request = new RequestClock(0n);

  constructor(head: SessionHead, losses: LossCounter, hasContent: boolean) {
    this.#losses = losses;
    this.#hasContent = hasContent;
    this.#spans = new SpanMaker(head, this.agent, losses, hasContent);
  }

  /** @returns the spans that have ended with it */
  add(event: Event): Span[] {
    this.#gatherer.add(event);
    const used = this.#meter.read(event);
    if (event.inherited_from) {
      this.#losses.add('inherited events', 'omitted');
      if (!this.agent.origins.has(event.inherited_from)) this.agent.origins.set(event.inherited_from, 'forked_from');
      return [];
    }
    this.#tick(event);
    const ended = this.#enterTurn(event);
    this.#turn?.time.touch(this.#now);
    if (this.#turn && event.rolled_back) this.#turn.isRolledBack = true;
    const spans = event.type === 'ResponseItem' ? this.#item(event) : this.#other(event, used);
    if (!spans) this.#losses.omit(event);
    return [...ended, ...(spans ?? [])];
  }

  /** What is left; the session's own span comes last. */
  end(result: SessionResult): Span[] {
    const spans = this.#calls.takeAll().flatMap((call) => this.#close(call, null));
    spans.push(...this.#leaveTurn());
    spans.push(this.#spans.session(this.#time ?? new TimeSpan(0n), this.#gatherer.facts(), result));
    return spans;
  }

  #tick(event: Event): void {
    const meta = event.type === 'SessionMeta' ? textOf(objectOf(event.meta).timestamp) : null;
    const text = event.timestamp ?? meta;
    const at = text === null ? null : nanosOf(text);
    if (at === null && !event.synthetic) this.#losses.add('events without a time', 'altered');
    this.#now = at ?? this.#now;
    this.#time ??= new TimeSpan(this.#now);
    this.#time.touch(this.#now);
  }

  #enterTurn(event: Event): Span[] {
    if (event.turn === (this.#turn?.number ?? 0)) return [];
    const spans = this.#leaveTurn();
    this.#turn = event.turn > 0 ? new OpenTurn(event, this.#now) : null;
    this.#request = new RequestClock(this.#now);
    return spans;
  }

  #leaveTurn(): Span[] {
    const turn = this.#turn;
    this.#turn = null;
    if (!turn) return [];
    turn.isOver = true;
    if (turn.openCalls === 0) return [this.#spans.turn(turn)];
    return this.#calls.leave(turn).flatMap((lost) => this.#close(lost, null));
  }

  /** Null for what no span tells of. */
  #item(event: Event & { type: 'ResponseItem' }): Span[] | null {
    const { item } = event;
    const callId = textOf(item.call_id);
    if (answers.has(item.type) && (item.role ?? 'assistant') === 'assistant') this.#request.answer(this.#now);
    if (item.type === 'tool_call') return this.#call(event, callId);
    if (item.type === 'tool_result') {
      this.#request.ask(this.#now);
      const call = callId === null ? null : this.#calls.take(callId);
      if (call && !this.#hasContent) this.#losses.add('outputs of tools', 'omitted');
      return call && this.#close(call, event);
    }
    const decided = item.type === 'approval' && callId !== null ? this.#calls.get(callId) : null;
    if (!decided) return null;
    decided.approval = shortText(textOf(item.decision) ?? '');
    return [];
  }

  #call(event: Event & { type: 'ResponseItem' }, callId: string | null): Span[] {
    const { item } = event;
    const input = textOf(item.arguments_text) ?? (item.arguments === undefined ? null : stringify(item.arguments));
    if (input !== null && !this.#hasContent) this.#losses.add('arguments of tools', 'omitted');
    const call: OpenCall = {
      seq: event.seq,
      callId,
      tool: shortText(textOf(item.name) ?? 'unknown'),
      startedAt: this.#now,
      turn: this.#turn,
      around: this.#turn?.time ?? (this.#time as TimeSpan),
      arguments: this.#hasContent && input !== null ? shortText(input) : null,
      approval: null,
      isRolledBack: event.rolled_back === true,
    };
    if (this.#turn) this.#turn.openCalls++;
    const dropped = callId === null ? [call] : this.#calls.add(callId, call);
    return dropped.flatMap((lost) => this.#close(lost, null));
  }

  /** A call has ended; with it perhaps the turn that waited for it. */
  #close(call: OpenCall, result: (Event & { type: 'ResponseItem' }) | null): Span[] {
    const endedAt = result ? this.#now : call.startedAt;
    call.around.touch(endedAt);
    const span = this.#spans.tool(call, result, endedAt);
    const { turn } = call;
    if (turn) turn.openCalls--;
    return turn?.isOver && turn.openCalls === 0 ? [span, this.#spans.turn(turn)] : [span];
  }

  #other(event: Event, used: Tokens | null): Span[] | null {
    if (event.type === 'SessionMeta') {
      this.agent.learn(event.meta);
      return [];
    }
    if (event.type === 'TurnContext') {
      if (this.#turn) this.#turn.model = this.#meter.model;
      return [];
    }
    if (event.type !== 'EventMsg') return null;
    const { msg } = event;
    if (used) return this.#count(event, used);
    if (msg.type === 'TurnStarted') return [];
    if (msg.type === 'UserMessage') this.#request.ask(this.#now);
    if (answers.has(msg.type)) this.#request.answer(this.#now);
    if (msg.type === 'UserMessage' || msg.type === 'AgentMessage') return this.#message(msg.type, textOf(msg.text));
    if (msg.type !== 'TurnComplete' && msg.type !== 'TurnAborted') return null;
    this.#turn?.finish(event);
    return [];
  }

  #count(event: Event, used: Tokens): Span[] {
    if (used.total_tokens === 0) return [];
    const turn = this.#turn;
    const time = this.#request.count(this.#now);
    if (turn) {
      addTokens(turn.tokens, used);
      turn.model = this.#meter.model ?? turn.model;
    }
    return [this.#spans.chat(event, turn, time, used, this.#meter.model)];
  }

  #message(type: 'UserMessage' | 'AgentMessage', text: string | null): Span[] | null {
    if (!this.#hasContent) return null;
    if (text === null) return [];
    const short = shortText(text);
    const isSaid = this.#turn?.say(type === 'UserMessage' ? 'user' : 'assistant', String(short));
    if (isSaid && short instanceof CutText) this.#losses.add('long texts', 'shortened');
    return isSaid ? [] : null;
  }
}
