import type { TokenUsage } from '../../model/event.ts';
import type { ModelItem } from '../../model/history.ts';
import type { Secrets } from './secrets.ts';

/**
 * What answers a request. The contract: `stream` never throws and never ends without its last event being final
 * (`completed` or `failed`), whatever the server does; after an abort it ends soon with `failed`, kind `cancelled`. Nothing
 * it gives holds a key.
 */
export interface Provider {
  /** As in the configuration, and in session_meta.model_provider. */
  readonly name: string;
  /** The keys that it is asked with, where there are any. */
  readonly secrets?: Secrets;
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ProviderEvent>;
}

export interface ModelRequest {
  threadId: string;
  model: string;
  instructions: string;
  items: readonly ModelItem[];
  tools: readonly ToolSpec[];
  reasoning: { effort: string | null; summary: string | null };
  /** JSON Schema that the answer must follow. */
  outputSchema: unknown;
}

/** A tool as the model is told of it. */
export interface ToolSpec {
  name: string;
  description: string;
  /** JSON Schema of the arguments, an object. */
  parameters: unknown;
}

export type ProviderEvent =
  | { type: 'text_delta'; text: string }
  | { type: 'reasoning_delta'; text: string }
  /** A whole output item: message, reasoning or call, as the server gave it, to be recorded and sent back as it is. */
  | { type: 'item'; item: ModelItem }
  | FinalEvent;

export type FinalEvent = { type: 'completed'; responseId: string | null; usage: TokenUsage | null } | ProviderFailure;

export interface ProviderFailure {
  type: 'failed';
  kind:
    | 'unreachable'
    | 'auth'
    | 'rate-limit'
    | 'server'
    | 'stream'
    | 'refused'
    | 'context-length'
    | 'limit'
    | 'cancelled';
  /** For people; without keys. */
  message: string;
  /** Whether the same request may succeed later. */
  isRetryable: boolean;
  /** How long the server asks to wait, in milliseconds. */
  retryAfterMs: number | null;
}
