import { oneLine } from '../../base/safe-text.ts';
import { DeltaFilter } from './delta-filter.ts';
import { failed, isFinal } from './failed.ts';
import type { FinalEvent, ProviderEvent } from './provider.ts';
import type { Secrets } from './secrets.ts';
import { failureOfThrown } from './thrown.ts';

/**
 * Makes an answer keep the contract of `Provider`: it never throws, exactly one final event ends it, after an abort that is
 * `cancelled`, and no secret is in any of it. Messages of failures become one line that names the provider.
 *
 * @param answer gives the events; it may throw, end early, or go on after its final event
 */
export async function* keepContract(
  about: { name: string; secrets: Secrets; signal: AbortSignal },
  answer: () => AsyncIterable<ProviderEvent>,
): AsyncGenerator<ProviderEvent> {
  const { name, secrets, signal } = about;
  const filter = new DeltaFilter(secrets);
  let final: FinalEvent = failed('stream', 'the answer ended before it was complete');
  try {
    if (!signal.aborted) {
      for await (const event of answer()) {
        if (signal.aborted) break;
        if (isFinal(event)) {
          final = event;
          break;
        }
        yield* filter.pass(event);
      }
    }
  } catch (error) {
    final = failureOfThrown(error);
  }
  yield* filter.rest();
  if (signal.aborted) final = failed('cancelled', 'cancelled');
  if (final.type === 'completed') {
    const { responseId } = final;
    yield { ...final, responseId: responseId === null ? null : secrets.withoutSecrets(responseId) };
    return;
  }
  yield { ...final, message: cut(oneLine(secrets.withoutSecrets(`${name}: ${final.message}`))) };
}

/** Longest message for people, in characters. */
const longest = 600;

function cut(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
