import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { failed } from '../../src/runner/providers/failed.ts';
import type { Provider, ProviderEvent, ProviderFailure } from '../../src/runner/providers/provider.ts';
import { type Retry, type RetryOptions, withRetries } from '../../src/runner/retries.ts';
import { events, responsesEvents as sent, startModelServer, status } from '../support/model-server.ts';
import { ask, providerAt, requestOf } from './providers/asking.ts';

const item: ProviderEvent = { type: 'item', item: { type: 'message', role: 'assistant', content: [] } };
const delta: ProviderEvent = { type: 'text_delta', text: 'a' };
const done: ProviderEvent = { type: 'completed', responseId: 'r', usage: null };
const busy = failed('server', 'busy');
const dropped = failed('stream', 'dropped');

/** Gives these answers to its requests, one after the other, and the last one again and again. */
function answering(...answers: ProviderEvent[][]): Provider & { requests: number } {
  return {
    name: 'fake',
    requests: 0,
    async *stream() {
      yield* answers[Math.min(this.requests++, answers.length - 1)] as ProviderEvent[];
    },
  };
}

async function run(provider: Provider, options: Partial<RetryOptions> = {}, signal?: AbortSignal) {
  const slept: number[] = [];
  const retries: Retry[] = [];
  const clock = { now: () => 0, sleep: async (ms: number) => void slept.push(ms) };
  const retrying = withRetries(provider, {
    attempts: 4,
    clock,
    random: () => 0.5,
    onRetry: (retry) => retries.push(retry),
    ...options,
  });
  expect(retrying.name).toBe(provider.name);
  return { ...(await ask(retrying, requestOf(), signal)), slept, retries };
}

describe('retries', () => {
  it('go on until an answer comes, with longer and longer waits', async () => {
    const provider = answering([busy], [busy], [busy], [delta, item, done]);
    const { events: got, slept, retries } = await run(provider);
    expect(got).toEqual([delta, item, done]);
    expect(slept).toEqual([200, 400, 800]);
    expect(retries[1]).toEqual({ failure: busy, retry: 2, delayMs: 400, hadDeltas: false });
  });

  it('end after the last attempt with what failed there', async () => {
    const provider = answering([busy]);
    const { events: got, slept } = await run(provider, { attempts: 3 });
    expect(provider.requests).toBe(3);
    expect(got).toEqual([busy]);
    expect(slept).toHaveLength(2);
  });

  it('count requests that were refused apart from answers that broke off', async () => {
    const provider = answering([busy], [dropped], [busy], [dropped], [busy]);
    expect((await run(provider, { attempts: { request: 3, stream: 9 } })).events).toEqual([busy]);
    expect(provider.requests).toBe(5);
    const other = answering([dropped]);
    await run(other, { attempts: { request: 9, stream: 2 } });
    expect(other.requests).toBe(2);
  });

  it('are not made of what would fail again', async () => {
    for (const kind of ['auth', 'refused', 'context-length', 'limit', 'cancelled'] as const) {
      const provider = answering([failed(kind, 'no')], [done]);
      expect((await run(provider)).final).toMatchObject({ kind });
      expect(provider.requests).toBe(1);
    }
  });

  it('wait as long as the server asks for, within reason', async () => {
    const asks = (retryAfterMs: number) => failed('rate-limit', 'later', { retryAfterMs });
    const { slept } = await run(answering([asks(5000)], [asks(1)], [asks(9_999_999)], [done]));
    expect(slept).toEqual([5000, 400, 120_000]);
  });

  it('wait between nine and eleven tenths of each time, and never more than half a minute and a tenth', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 1, noNaN: true }), async (chance) => {
        const { slept } = await run(answering([busy]), { attempts: 12, random: () => chance });
        for (const [n, ms] of slept.entries()) {
          const base = Math.min(200 * 2 ** n, 30_000);
          expect(ms).toBeGreaterThanOrEqual(base * 0.9 - 1);
          expect(ms).toBeLessThanOrEqual(base * 1.1 + 1);
        }
      }),
    );
  });

  it('say when deltas that were shown are void', async () => {
    const { events: got, retries } = await run(answering([delta, dropped], [delta, item, done]));
    expect(got).toEqual([delta, delta, item, done]);
    expect(retries).toMatchObject([{ hadDeltas: true }]);
  });

  it('are not made once an item was given: it is given once, and the failure passes as it is', async () => {
    const provider = answering([delta, item, dropped], [item, done]);
    const { events: got } = await run(provider);
    expect(got).toEqual([delta, item, dropped]);
    expect(provider.requests).toBe(1);
  });

  it('give each item once, whatever the server does', async () => {
    const answer = fc.array(fc.constantFrom(delta, item), { maxLength: 3 });
    const end = fc.constantFrom<ProviderEvent>(done, busy, dropped, failed('auth', 'no'));
    const answers = fc.array(fc.tuple(answer, end), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(answers, async (given) => {
        const numbered = given.map(([parts, last], n) => [
          ...parts.map((event, m) =>
            event.type === 'item' ? { ...event, item: { ...event.item, id: `${n} ${m}` } } : event,
          ),
          last,
        ]);
        const { items } = await run(answering(...numbered));
        expect(new Set(items.map(({ id }) => String(id).split(' ')[0])).size).toBeLessThanOrEqual(1);
        expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
      }),
    );
  });

  it('end soon when they are cancelled while they wait', async () => {
    const provider = answering([busy]);
    const started = Date.now();
    const { final } = await run(
      provider,
      { clock: systemClock, attempts: 50, random: () => 1 },
      AbortSignal.timeout(300),
    );
    expect(final).toMatchObject({ kind: 'cancelled', isRetryable: false });
    expect(Date.now() - started).toBeLessThan(1500);
    expect(provider.requests).toBeLessThan(4);
  });

  it('turn an answer without an end into a failure', async () => {
    const { final } = await run(answering([delta]), { attempts: 1 });
    expect(final).toMatchObject({ kind: 'stream' } satisfies Partial<ProviderFailure>);
  });

  it('reach a server that is busy at first', async () => {
    const server = await startModelServer(
      status(503, 'busy'),
      status(429, '', { 'retry-after-ms': '30' }),
      ({ socket }) => void socket.destroy(),
      events(sent.delta('Hi'), sent.message('Hi'), sent.completed()),
    );
    const kinds: string[] = [];
    const { text, final } = await run(providerAt(server.url, 'responses'), {
      clock: systemClock,
      random: () => 0,
      onRetry: ({ failure }) => kinds.push(failure.kind),
    });
    await server.close();
    expect(final.type).toBe('completed');
    expect(text).toBe('Hi');
    expect(kinds).toEqual(['server', 'rate-limit', 'stream']);
  });
});
