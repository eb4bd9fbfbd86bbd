import type { Clock } from '../base/io.ts';
import { failed, isFinal } from './providers/failed.ts';
import type { ModelRequest, Provider, ProviderEvent, ProviderFailure } from './providers/provider.ts';

/** How often a request is sent, the first time included. */
export interface Attempts {
  /** When the server did not begin to answer: unreachable, overloaded, too many requests. */
  request: number;
  /** When an answer broke off, or was no answer. */
  stream: number;
}

export interface Retry {
  failure: ProviderFailure;
  /** Which retry of this request comes now, from 1. */
  retry: number;
  /** How long it waits before. */
  delayMs: number;
  /** Whether deltas were given that the next attempt will give again: what was shown of them is void. */
  hadDeltas: boolean;
}

/**
 * A provider that asks again after failures that may pass: after 200 ms, then twice as long each time up to half a minute,
 * give or take a tenth; or as long as the server asks for, but no longer than two minutes.
 *
 * Once an item was given nothing is asked again here: it may be recorded, and its call may be running. Such a failure is
 * passed on as it is, retryable or not; who has the history goes on from it with a new request, after the items that came.
 * So each item is given once. Deltas are passed on as they come; those of an attempt that failed are void (see `Retry`).
 *
 * @param options.random gives numbers from 0 to 1, for the give and take
 * @param options.onRetry is told before each wait
 */
export function withRetries(provider: Provider, options: RetryOptions): Provider {
  return { name: provider.name, stream: (request, signal) => tryAgain(provider, options, request, signal) };
}

export interface RetryOptions {
  attempts: number | Attempts;
  clock: Clock;
  random?: () => number;
  onRetry?: (retry: Retry) => void;
}

async function* tryAgain(
  provider: Provider,
  options: RetryOptions,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ProviderEvent> {
  const { attempts, clock, random = Math.random, onRetry } = options;
  const most = typeof attempts === 'number' ? { request: attempts, stream: attempts } : attempts;
  const made = { request: 0, stream: 0 };
  for (let retry = 1; ; retry++) {
    const seen = { items: false, deltas: false };
    const failure = yield* attempt(provider, request, signal, seen);
    if (failure === null) return;
    const kind = failure.kind === 'stream' ? 'stream' : 'request';
    const isLast = ++made[kind] >= most[kind];
    if (!failure.isRetryable || seen.items || isLast || signal.aborted) {
      yield failure;
      return;
    }
    const delayMs = delayOf(retry, failure.retryAfterMs, random());
    onRetry?.({ failure, retry, delayMs, hadDeltas: seen.deltas });
    await clock.sleep(delayMs, signal);
    if (signal.aborted) {
      yield failed('cancelled', `${provider.name}: cancelled`);
      return;
    }
  }
}

/** Passes on what one attempt gives, but for its failure, which it returns; null when the answer is complete. */
async function* attempt(
  provider: Provider,
  request: ModelRequest,
  signal: AbortSignal,
  seen: { items: boolean; deltas: boolean },
): AsyncGenerator<ProviderEvent, ProviderFailure | null> {
  for await (const event of provider.stream(request, signal)) {
    if (event.type === 'failed') return event;
    seen.items ||= event.type === 'item';
    seen.deltas ||= event.type === 'text_delta' || event.type === 'reasoning_delta';
    yield event;
    if (isFinal(event)) return null;
  }
  return failed('stream', `${provider.name}: the answer ended before it was complete`);
}

const firstMs = 200;
const longestMs = 30_000;
const longestAskedMs = 120_000;

function delayOf(retry: number, askedMs: number | null, chance: number): number {
  const backoff = Math.min(firstMs * 2 ** (retry - 1), longestMs) * (0.9 + 0.2 * chance);
  return Math.round(Math.max(backoff, Math.min(askedMs ?? 0, longestAskedMs)));
}
