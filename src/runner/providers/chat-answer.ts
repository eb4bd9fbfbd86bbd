import type { ModelItem } from '../../model/history.ts';
import { type CallDelta, ChatCalls } from './chat-calls.ts';
import { BrokenAnswer, failed } from './failed.ts';
import type { AnswerReader } from './http-provider.ts';
import type { AnswerLimits } from './limits.ts';
import { type IdMaker, idMaker } from './made-ids.ts';
import type { ModelRequest, ProviderEvent } from './provider.ts';
import { failureOfError } from './server-failure.ts';
import { usageOf } from './usage.ts';

/**
 * Reads the chunks of chat completions, and makes items of them at the end: reasoning, message, calls. Ids that the server
 * does not give are made up.
 */
export class ChatAnswer implements AnswerReader {
  readonly endMark = '[DONE]';
  readonly #calls: ChatCalls;
  readonly #idOf: IdMaker;
  readonly #maxBytes: number;
  #reasoning = '';
  #text = '';
  #length = 0;
  #finish: string | null = null;
  #responseId: string | null = null;
  #usage: Usage | null = null;

  constructor(request: Pick<ModelRequest, 'threadId' | 'items'>, { eventBytes }: AnswerLimits) {
    this.#idOf = idMaker(request);
    this.#calls = new ChatCalls(new Set(request.items.map(({ call_id }) => call_id)), this.#idOf);
    this.#maxBytes = eventBytes;
  }

  *read(data: Record<string, unknown>): Generator<ProviderEvent> {
    if (data.error) {
      yield failureOfError(data.error);
      return;
    }
    const { id, usage, choices } = data as Chunk;
    if (typeof id === 'string' && id !== '') this.#responseId ??= id;
    if (usage) this.#usage = usage;
    const choice = Array.isArray(choices) ? choices.find((each) => (each?.index ?? 0) === 0) : null;
    const { delta, finish_reason: finish } = choice ?? {};
    const reasoning = textOf(delta?.reasoning_content ?? delta?.reasoning);
    const text = textOf(delta?.content) + textOf(delta?.refusal);
    this.#reasoning += this.#counted(reasoning);
    this.#text += this.#counted(text);
    if (reasoning) yield { type: 'reasoning_delta', text: reasoning };
    if (text) yield { type: 'text_delta', text };
    for (const call of Array.isArray(delta?.tool_calls) ? delta.tool_calls : []) {
      this.#counted(this.#calls.add(call));
    }
    if (typeof finish === 'string') this.#finish = finish;
  }

  isWhole(): boolean {
    return this.#finish !== null;
  }

  *end(isMarked: boolean): Generator<ProviderEvent> {
    // Some servers end with the end mark alone; with neither, the stream was cut.
    if (this.#finish === null && !isMarked) return;
    // No limit was asked for, so that it is the context that is full.
    if (this.#finish === 'length') yield failed('context-length', 'the context of the model is full (length)');
    if (this.#finish === 'content_filter') yield failed('refused', 'the server cut the answer short: content_filter');
    // All of them are made before the first is given: it may throw.
    for (const item of [...this.#items()]) yield { type: 'item', item };
    yield { type: 'completed', responseId: this.#responseId, usage: this.#usage && countsOf(this.#usage) };
  }

  *#items(): Generator<ModelItem> {
    if (this.#reasoning) {
      yield { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: this.#reasoning }] };
    }
    if (this.#text) {
      const content = [{ type: 'output_text', text: this.#text }];
      yield { type: 'message', id: this.#idOf('msg', 0), role: 'assistant', content };
    }
    yield* this.#calls.items();
  }

  /** An item is no longer than an event may be, however many events it comes in. */
  #counted(text: string): string {
    this.#length += Buffer.byteLength(text);
    if (this.#length > this.#maxBytes)
      throw new BrokenAnswer('limit', `an answer of more than ${this.#maxBytes} bytes`);
    return text;
  }
}

interface Chunk {
  id?: unknown;
  usage?: Usage | null;
  choices?: (Choice | null)[] | null;
}

interface Choice {
  index?: unknown;
  delta?: {
    content?: unknown;
    refusal?: unknown;
    reasoning?: unknown;
    reasoning_content?: unknown;
    tool_calls?: CallDelta[] | null;
  } | null;
  finish_reason?: unknown;
}

interface Usage {
  prompt_tokens?: unknown;
  prompt_tokens_details?: { cached_tokens?: unknown } | null;
  completion_tokens?: unknown;
  completion_tokens_details?: { reasoning_tokens?: unknown } | null;
  total_tokens?: unknown;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function countsOf(usage: Usage) {
  return usageOf({
    input: usage.prompt_tokens,
    cached: usage.prompt_tokens_details?.cached_tokens,
    output: usage.completion_tokens,
    reasoning: usage.completion_tokens_details?.reasoning_tokens,
    total: usage.total_tokens,
  });
}
