import type { ProviderEvent } from './provider.ts';
import { hidden, type Secrets } from './secrets.ts';

/**
 * Takes secrets out of what a model streams, also where one is spread over several deltas: the end of a delta that could
 * be the beginning of a secret waits for the next one. So does the first half of a surrogate pair.
 */
export class DeltaFilter {
  readonly #secrets: Secrets;
  readonly #waiting = { text_delta: '', reasoning_delta: '' };

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /** The events to give for this one, in order. */
  *pass(event: ProviderEvent): Generator<ProviderEvent> {
    if (event.type === 'text_delta' || event.type === 'reasoning_delta') {
      yield* this.#flush(event.type === 'text_delta' ? 'reasoning_delta' : 'text_delta');
      const text = this.#secrets.withoutLongSecrets(this.#waiting[event.type] + event.text);
      const held = heldLength(text, this.#secrets.long);
      this.#waiting[event.type] = text.slice(text.length - held);
      if (held < text.length) yield { type: event.type, text: text.slice(0, text.length - held) };
      return;
    }
    yield* this.rest();
    yield event.type === 'item' ? { type: 'item', item: this.#secrets.cleanValue(event.item) } : event;
  }

  /** What still waits. Most of a secret is as good as the whole. */
  *rest(): Generator<ProviderEvent> {
    yield* this.#flush('reasoning_delta');
    yield* this.#flush('text_delta');
  }

  *#flush(type: 'text_delta' | 'reasoning_delta'): Generator<ProviderEvent> {
    const text = this.#waiting[type];
    this.#waiting[type] = '';
    if (text === '') return;
    const isMost = this.#secrets.long.some((secret) => secret.startsWith(text) && text.length * 2 > secret.length);
    yield { type, text: isMost ? hidden : text };
  }
}

/** Length of the longest end of the text that a secret could begin with. */
function heldLength(text: string, secrets: readonly string[]): number {
  let held = /[\uD800-\uDBFF]$/.test(text) ? 1 : 0;
  for (const secret of secrets) {
    for (let length = Math.min(secret.length - 1, text.length); length > held; length--) {
      if (text.endsWith(secret.slice(0, length))) held = length;
    }
  }
  return held;
}
