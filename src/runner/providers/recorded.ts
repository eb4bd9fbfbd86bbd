import type { RecordedAnswer } from '../../model/session-ports.ts';
import { keepContract } from './contract.ts';
import { failed } from './failed.ts';
import { playAnswer } from './play-answer.ts';
import type { Provider, ProviderEvent } from './provider.ts';
import { Secrets } from './secrets.ts';

/**
 * A provider that plays the answers of an existing session: the n-th request gets the n-th answer, whatever it asks. They
 * are taken from the source one at a time, as they are needed. After the last one, and after an error of the source, every
 * answer is a failure that cannot be retried.
 */
export function recordedProvider(
  answers: AsyncIterable<RecordedAnswer> | Iterable<RecordedAnswer>,
  name = 'recorded',
): Provider {
  const source = toIterator(answers);
  let count = 0;
  /** Requests wait for those before them, so that each gets its own answer. */
  let previous: Promise<unknown> = Promise.resolve();
  const take = () => {
    const next = previous.then(() => source.next());
    previous = next.catch(() => undefined);
    return next;
  };
  return {
    name,
    stream: (_request, signal) =>
      keepContract({ name, secrets: new Secrets([]), signal }, async function* (): AsyncGenerator<ProviderEvent> {
        const next = await orAborted(take(), signal);
        if (next === null) return;
        if (next.done) {
          yield failed('refused', `the recording has no more answers after ${count}`);
          return;
        }
        const n = ++count;
        yield* playAnswer(next.value.items);
        yield { type: 'completed', responseId: `recorded_${n}`, usage: next.value.usage };
      }),
  };
}

async function* toIterator<T>(source: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T, void, void> {
  yield* source;
}

/** Null when the signal fires first. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
  let stop = () => {};
  const aborted = new Promise<null>((resolve) => {
    stop = () => resolve(null);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
