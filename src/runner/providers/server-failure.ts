import { failed } from './failed.ts';
import type { ProviderFailure } from './provider.ts';

/**
 * What an answer means whose HTTP status is not 200.
 *
 * @param retryAfterMs what its headers ask for, see `retryAfter`
 * @param body the beginning of its body
 */
export function failureOfStatus(status: number, retryAfterMs: number | null, body: string): ProviderFailure {
  const error = errorIn(body);
  const text = `HTTP ${status}${describe(error, body)}`;
  const named = error && failureByName(error, text, retryAfterMs);
  // `invalid_request_error` is the type of almost everything, a missing key included: then the status says more.
  if (named && named.kind !== 'refused') return named;
  if (status === 401 || status === 403 || status === 407) return failed('auth', text);
  if (status === 429) return failed('rate-limit', text, { retryAfterMs: retryAfterMs ?? waitNamedIn(text) });
  if (status >= 500 || status === 408 || status === 425) return failed('server', text, { retryAfterMs });
  return failed('refused', text);
}

/** What an error object means that stands in a stream, or in the body of an answer with the status 200. */
export function failureOfError(value: unknown): ProviderFailure {
  const error = asError(value);
  const text = `the server reports an error${describe(error, '')}`;
  const named = error && failureByName(error, text, null);
  if (named) return named;
  const status = error?.code ? Number(error.code) : 0;
  if (status >= 400 && status < 600) return failureOfStatus(status, null, JSON.stringify({ error: value }));
  return failed('server', text);
}

/** The error object of a JSON body, where there is one: `{error: {…}}`, `{error: "text"}`, `{message}` or `{detail}`. */
export function errorIn(body: string): ServerError | null {
  try {
    const value = JSON.parse(body);
    return asError(value?.error ?? value?.response?.error ?? (value?.message || value?.detail ? value : null));
  } catch {
    return null;
  }
}

/** `retry-after-ms`, or `retry-after` in seconds or as a date; milliseconds, null when it asks for nothing. */
export function retryAfter(headers: Headers, now: number): number | null {
  const ms = headers.get('retry-after-ms');
  if (ms !== null && /^\d+(\.\d+)?$/.test(ms)) return bounded(Number(ms));
  const value = headers.get('retry-after');
  if (value === null) return null;
  return bounded(/^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now);
}

interface ServerError {
  code: string;
  type: string;
  message: string;
}

function asError(value: unknown): ServerError | null {
  if (typeof value === 'string') return { code: '', type: '', message: value };
  if (value === null || typeof value !== 'object') return null;
  const { code, type, message, detail } = value as Record<string, unknown>;
  const text = (each: unknown) => (typeof each === 'string' || typeof each === 'number' ? String(each) : '');
  return { code: text(code), type: text(type), message: text(message) || text(detail) };
}

/** Codes of OpenAI; types and texts of llama.cpp, vLLM, LM Studio and others for a history that is too long. */
function failureByName(error: ServerError, text: string, retryAfterMs: number | null): ProviderFailure | null {
  const names = [error.code, error.type];
  const has = (...wanted: string[]) => wanted.some((name) => names.includes(name));
  if (has('context_length_exceeded', 'exceed_context_size_error') || contextText.test(error.message)) {
    return failed('context-length', text);
  }
  if (has('insufficient_quota', 'usage_limit_reached', 'usage_not_included', 'billing_hard_limit_reached')) {
    return failed('rate-limit', text, { isRetryable: false, retryAfterMs });
  }
  if (has('rate_limit_exceeded')) {
    return failed('rate-limit', text, { retryAfterMs: retryAfterMs ?? waitNamedIn(error.message) });
  }
  if (has('invalid_api_key', 'authentication_error', 'permission_error')) return failed('auth', text);
  if (has('server_is_overloaded', 'slow_down', 'overloaded_error', 'server_error')) {
    return failed('server', text, { retryAfterMs });
  }
  if (has('invalid_prompt', 'content_filter', 'content_policy_violation', 'invalid_request_error', 'model_not_found')) {
    return failed('refused', text);
  }
  return null;
}

const contextText =
  /maximum context length|context length exceeded|exceeds? the (available )?context|context (window|size|length) (of|is|was)? ?(too small|exceeded)|input (tokens )?exceeds?.{0,40}context|prompt is too long/i;

/** OpenAI names the wait in the message: `Please try again in 11.054s`, `in 28ms`. */
function waitNamedIn(message: string): number | null {
  const match = /try again in (\d+(?:\.\d+)?) ?(ms|s|seconds?)\b/i.exec(message);
  return match ? bounded(Number(match[1]) * (match[2]?.toLowerCase() === 'ms' ? 1 : 1000)) : null;
}

const dayMs = 86_400_000;

function bounded(ms: number): number | null {
  return Number.isNaN(ms) ? null : Math.ceil(Math.min(Math.max(ms, 0), dayMs));
}

function describe(error: ServerError | null, body: string): string {
  if (error) {
    const name = error.code || error.type;
    const message = error.message || 'no reason given';
    return name && !message.includes(name) ? `: ${message} (${name})` : `: ${message}`;
  }
  const text = body.trim();
  if (text === '') return '';
  const title = /^<.*?<title[^>]*>\s*([^<]*?)\s*<\/title>/is.exec(text)?.[1];
  if (text.startsWith('<')) return title ? `: a web page, '${title}'` : ': a web page';
  return `: ${text}`;
}
