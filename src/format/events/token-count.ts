import type { EventMsg, TokenUsage } from '../../model/event.ts';
import type { JsonObject } from '../decode-line.ts';
import { isObject } from '../record.ts';

/**
 * Token totals of the thread and of the last request. Codex writes `info: null` before the first answer: both are null
 * then. Numbers beyond 2^53 are strings of their digits.
 */
export function toTokenCount(payload: JsonObject): EventMsg {
  const info = isObject(payload.info) ? payload.info : {};
  const msg: EventMsg = {
    type: 'TokenCount',
    total: toUsage(info.total_token_usage),
    last: toUsage(info.last_token_usage),
  };
  const window = info.model_context_window;
  if (typeof window === 'number' || typeof window === 'string') msg.model_context_window = window;
  if (isObject(payload.rate_limits)) msg.rate_limits = payload.rate_limits;
  return msg;
}

function toUsage(value: unknown): TokenUsage | null {
  if (!isObject(value)) return null;
  return {
    input_tokens: count(value.input_tokens),
    cached_input_tokens: count(value.cached_input_tokens),
    output_tokens: count(value.output_tokens),
    reasoning_output_tokens: count(value.reasoning_output_tokens),
    total_tokens: count(value.total_tokens),
  };
}

function count(value: unknown): number | string {
  return typeof value === 'number' || (typeof value === 'string' && /^-?\d+$/.test(value)) ? value : 0;
}
