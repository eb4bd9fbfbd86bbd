import type { Event } from '../../../model/event.ts';
import { contentText, type Fields, numberOf, textOf } from '../../../model/fields.ts';
import type { Tokens } from '../../stats/tally.ts';
import type { SessionHead, SessionResult } from '../encoder.ts';
import type { LossCounter } from '../loss-counter.ts';
import type { SessionFacts } from '../session-facts.ts';
import type { Agent } from './agent.ts';
import { rootSpanIdOf, spanIdOf, traceIdOf } from './ids.ts';
import type { OpenCall } from './open-calls.ts';
import type { OpenTurn } from './open-turn.ts';
import { type RawAttributes, safeAttributes } from './safe-attributes.ts';
import { type Attributes, keyValues, type Span, type SpanKind, spanKinds, statusCodes } from './span.ts';
import { TimeSpan } from './span-time.ts';

/** Makes the spans of one session. The names are those of the GenAI conventions; what they have none for begins with `agent_sessions.`. */
export class SpanMaker {
  readonly #head: SessionHead;
  readonly #agent: Agent;
  readonly #losses: LossCounter;
  readonly #hasContent: boolean;
  /** What ids are made of. */
  readonly #id: string;

  constructor(head: SessionHead, agent: Agent, losses: LossCounter, hasContent: boolean) {
    this.#head = head;
    this.#agent = agent;
    this.#losses = losses;
    this.#hasContent = hasContent;
    this.#id = head.threadId ?? `session ${head.index}`;
  }

  session(time: TimeSpan, facts: SessionFacts, result: SessionResult): Span {
    const attributes = {
      ...this.#agent.attributes(this.#head.threadId),
      'session.id': this.#head.threadId,
      'gen_ai.request.model': facts.model,
      'gen_ai.agent.version': this.#agent.version,
      'process.working_directory': facts.cwd,
      'vcs.ref.head.name': facts.git_branch,
      'vcs.ref.head.revision': facts.git_sha,
      'agent_sessions.name': this.#head.name,
      'agent_sessions.source': facts.source,
      'agent_sessions.archived': this.#head.archived,
      'agent_sessions.lost_lines': result.lost,
    };
    const links = [...this.#agent.origins].map(([threadId, how]) => ({
      traceId: traceIdOf(threadId),
      spanId: rootSpanIdOf(threadId),
      attributes: keyValues(safeAttributes({ 'agent_sessions.origin': how }, this.#losses)),
    }));
    const span = this.#span('session', null, time, { name: 'session', kind: spanKinds.internal, attributes });
    return links.length > 0 ? { ...span, links } : span;
  }

  turn(turn: OpenTurn): Span {
    const isError = turn.errorType !== null;
    const attributes = {
      'gen_ai.operation.name': 'invoke_agent',
      ...this.#agent.attributes(this.#head.threadId),
      'gen_ai.agent.name': this.#agent.label,
      'gen_ai.agent.version': this.#agent.version,
      'gen_ai.request.model': turn.model,
      ...(turn.tokens.total_tokens > 0 && usage(turn.tokens)),
      'error.type': turn.errorType,
      'agent_sessions.turn': turn.number,
      'agent_sessions.rolled_back': turn.isRolledBack || null,
      ...(this.#hasContent && {
        'gen_ai.input.messages': turn.input.length > 0 ? JSON.stringify(turn.input) : null,
        'gen_ai.output.messages': turn.output.length > 0 ? JSON.stringify(turn.output) : null,
      }),
    };
    const name = `invoke_agent ${this.#agent.label}`;
    const span = this.#span(turnPlace(turn), SESSION, turn.time, { name, kind: spanKinds.internal, attributes });
    if (isError) span.status = errorStatus(this.#hasContent ? turn.errorMessage : null);
    else if (turn.isComplete) span.status = { code: statusCodes.ok };
    return span;
  }

  /** A request to the model. @param event the count of what it used */
  chat(event: Event, turn: OpenTurn | null, time: TimeSpan, tokens: Tokens, model: string | null): Span {
    const attributes = {
      'gen_ai.operation.name': 'chat',
      ...this.#agent.attributes(this.#head.threadId),
      'gen_ai.request.model': model,
      ...usage(tokens),
      'agent_sessions.rolled_back': event.rolled_back,
    };
    const name = model === null ? 'chat' : `chat ${model}`;
    const parent = turn ? turnPlace(turn) : SESSION;
    return this.#span(`chat ${event.seq}`, parent, time, { name, kind: spanKinds.client, attributes });
  }

  /** @param event its result; null when none is recorded */
  tool(call: OpenCall, event: (Event & { type: 'ResponseItem' }) | null, endedAt: bigint): Span {
    const result: Fields = event?.item ?? {};
    const status = event === null ? 'unfinished' : (textOf(result.status) ?? 'completed');
    const exitCode = numberOf(result.exit_code);
    const isError = status !== 'unfinished' && (status !== 'completed' || (exitCode ?? 0) !== 0);
    const attributes = {
      'gen_ai.operation.name': 'execute_tool',
      ...this.#agent.attributes(this.#head.threadId),
      'gen_ai.tool.name': call.tool,
      'gen_ai.tool.type': 'function',
      'gen_ai.tool.call.id': call.callId,
      'process.exit.code': exitCode,
      'error.type': isError ? (exitCode !== null && exitCode !== 0 ? `exit_code_${exitCode}` : status) : null,
      'agent_sessions.tool.status': status,
      'agent_sessions.tool.duration_ms': numberOf(result.duration_ms),
      'agent_sessions.approval': call.approval,
      'agent_sessions.rolled_back': call.isRolledBack || null,
      ...(this.#hasContent && {
        'gen_ai.tool.call.arguments': call.arguments,
        'gen_ai.tool.call.result': event && contentText(result.output),
      }),
    };
    const time = new TimeSpan(call.startedAt);
    time.touch(endedAt);
    const parent = call.turn ? turnPlace(call.turn) : SESSION;
    const name = `execute_tool ${call.tool}`;
    const span = this.#span(`tool ${call.seq}`, parent, time, { name, kind: spanKinds.internal, attributes });
    if (isError) span.status = errorStatus(null);
    return span;
  }

  #span(place: string, parent: string | null, { start, end }: TimeSpan, more: SpanContent): Span {
    const { name, kind, attributes } = more;
    const safe = safeAttributes({ ...attributes, name }, this.#losses);
    const { name: safeName, ...rest } = safe;
    return {
      traceId: traceIdOf(this.#id),
      spanId: spanIdOf(this.#id, place),
      ...(parent !== null && { parentSpanId: spanIdOf(this.#id, parent) }),
      name: String(safeName),
      kind,
      startTimeUnixNano: String(start),
      endTimeUnixNano: String(end),
      attributes: keyValues(rest),
      status: {},
    };
  }
}

interface SpanContent {
  name: string;
  kind: SpanKind;
  attributes: RawAttributes;
}

const SESSION = 'session';

function turnPlace({ seq }: OpenTurn): string {
  return `turn ${seq}`;
}

function usage(tokens: Tokens): Attributes {
  return {
    'gen_ai.usage.input_tokens': tokens.input_tokens,
    'gen_ai.usage.cache_read.input_tokens': tokens.cached_input_tokens,
    'gen_ai.usage.output_tokens': tokens.output_tokens,
    'gen_ai.usage.reasoning.output_tokens': tokens.reasoning_output_tokens,
  };
}

function errorStatus(message: string | null): Span['status'] {
  return { code: statusCodes.error, ...(message !== null && { message }) };
}
