import type { Event, TokenUsage } from '../../model/event.ts';
import { objectOf, textOf } from '../../model/fields.ts';
import type { Tokens } from '../stats/tally.ts';
import { TokenMeter } from '../stats/token-meter.ts';

/** What each token count of an event stream adds, and the model at that moment. Every event of the thread goes through it. */
export class ThreadMeter {
  model: string | null = null;
  readonly #meter = new TokenMeter();
  #file: string | null | undefined;
  #isCut = false;

  /** Null for what is no token count. */
  read(event: Event): Tokens | null {
    this.#noteFile(event);
    if (event.type === 'TurnContext') this.model = textOf(objectOf(event.context).model) ?? this.model;
    if (event.type !== 'EventMsg') return null;
    const { msg } = event;
    if (msg.type === 'ThreadSettingsApplied') this.model = textOf(objectOf(msg.thread_settings).model) ?? this.model;
    if (msg.type !== 'TokenCount' || !msg.total) return null;
    return this.#meter.read(msg.total as TokenUsage, (msg.last ?? null) as TokenUsage | null);
  }

  /** After a revert the thread goes on in another file, from the total before what was reverted. */
  #noteFile(event: Event): void {
    const file = event.base_rollout ?? null;
    const isCut = event.rolled_back === true;
    if (this.#file !== undefined && this.#file !== file) this.#meter.beginFile();
    else if (isCut && !this.#isCut) this.#meter.markCut();
    else if (!isCut && this.#isCut) this.#meter.unmarkCut();
    this.#file = file;
    this.#isCut = isCut;
  }
}
