import type { FinalEvent, ProviderEvent, ProviderFailure } from './provider.ts';

/** A failure of the given kind; whether it may be tried again follows from the kind where nothing else is said. */
export function failed(
  kind: ProviderFailure['kind'],
  message: string,
  details: { isRetryable?: boolean; retryAfterMs?: number | null } = {},
): ProviderFailure {
  const { isRetryable = passing.has(kind), retryAfterMs = null } = details;
  return { type: 'failed', kind, message, isRetryable, retryAfterMs };
}

/** Thrown inside of a provider, where an answer cannot go on; the contract turns it into the final event. */
export class BrokenAnswer extends Error {
  readonly failure: ProviderFailure;

  constructor(...of: Parameters<typeof failed>) {
    super(of[1]);
    this.name = 'BrokenAnswer';
    this.failure = failed(...of);
  }
}

export function isFinal(event: ProviderEvent): event is FinalEvent {
  return event.type === 'completed' || event.type === 'failed';
}

/** What may go away by itself. */
const passing: ReadonlySet<ProviderFailure['kind']> = new Set(['unreachable', 'rate-limit', 'server', 'stream']);
