import { BrokenAnswer, failed } from './failed.ts';
import type { AnswerReader } from './http-provider.ts';
import { checkedItem } from './item-shape.ts';
import type { ProviderEvent } from './provider.ts';
import { failureOfError } from './server-failure.ts';
import { usageOf } from './usage.ts';

/** Reads the events of the Responses API. Kinds of events that are not known mean nothing to it. */
export class ResponsesAnswer implements AnswerReader {
  readonly endMark = '[DONE]';

  *read(data: Record<string, unknown>): Generator<ProviderEvent> {
    switch (data.type) {
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        yield { type: 'text_delta', text: textOf(data.delta) };
        break;
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        yield { type: 'reasoning_delta', text: textOf(data.delta) };
        break;
      case 'response.reasoning_summary_part.added':
        if (typeof data.summary_index === 'number' && data.summary_index > 0)
          yield { type: 'reasoning_delta', text: '\n\n' };
        break;
      case 'response.output_item.done':
        yield { type: 'item', item: checkedItem(data.item) };
        break;
      case 'response.completed':
        yield completed(data.response);
        break;
      case 'response.incomplete':
        yield incomplete(data.response);
        break;
      case 'response.failed':
        yield failureOfError((data.response as Response | null)?.error);
        break;
      case 'error':
        yield failureOfError(data.error ?? data);
        break;
      default:
        if (typeof data.type !== 'string' && data.error) yield failureOfError(data.error);
    }
  }

  isWhole(): boolean {
    return false;
  }

  end(): ProviderEvent[] {
    return [];
  }
}

interface Response {
  id?: unknown;
  usage?: Usage | null;
  error?: unknown;
  incomplete_details?: { reason?: unknown } | null;
}

interface Usage {
  input_tokens?: unknown;
  input_tokens_details?: { cached_tokens?: unknown } | null;
  output_tokens?: unknown;
  output_tokens_details?: { reasoning_tokens?: unknown } | null;
  total_tokens?: unknown;
}

function textOf(delta: unknown): string {
  if (typeof delta !== 'string') throw new BrokenAnswer('stream', 'the server sent a delta that is no text');
  return delta;
}

function completed(response: unknown): ProviderEvent {
  const { id, usage } = (response ?? {}) as Response;
  const counts = usage && {
    input: usage.input_tokens,
    cached: usage.input_tokens_details?.cached_tokens,
    output: usage.output_tokens,
    reasoning: usage.output_tokens_details?.reasoning_tokens,
    total: usage.total_tokens,
  };
  return { type: 'completed', responseId: typeof id === 'string' ? id : null, usage: counts ? usageOf(counts) : null };
}

function incomplete(response: unknown): ProviderEvent {
  const given = ((response ?? {}) as Response).incomplete_details?.reason;
  const reason = typeof given === 'string' ? given : 'no reason given';
  const text = `the server cut the answer short: ${reason}`;
  if (reason === 'content_filter') return failed('refused', text);
  return reason === 'max_output_tokens' ? failed('limit', text) : failed('stream', text);
}
