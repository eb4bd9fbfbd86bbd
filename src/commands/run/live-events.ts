import type { LiveEvent } from '../../model/live-session.ts';
import type { SessionEvent } from '../../runner/session-events.ts';
import { PublishedRecords, type RecordPlace } from '../exec/published-records.ts';

/** Tells a screen what happens in a session. */
export class LiveEvents {
  readonly #onEvent: (event: LiveEvent) => void;
  #records: PublishedRecords | null = null;
  #isTurn = true;
  /** Nothing may be recorded before: records get their numbers from what was there. */
  isNumbered: Promise<void> = Promise.resolve();

  constructor(onEvent: (event: LiveEvent) => void) {
    this.#onEvent = onEvent;
  }

  /**
   * @param place.events is counted meanwhile: people take longer to type something
   * @param place.unfinished lines that are there and no records
   */
  number(place: Omit<RecordPlace, 'events'> & { events: Promise<number>; unfinished: number }): void {
    this.isNumbered = place.events.then((events) => {
      this.#records = new PublishedRecords({ ...place, events: events + place.unfinished });
    });
    // Whoever waits for it is told.
    this.isNumbered.catch(() => {});
  }

  /** Does something whose records make no turn. */
  async asNoTurn<T>(act: () => Promise<T>): Promise<T> {
    this.#isTurn = false;
    try {
      return await act();
    } finally {
      this.#isTurn = true;
    }
  }

  put(event: SessionEvent): void {
    if (event.type === 'record') {
      if (this.#records) this.#onEvent({ type: 'record', event: this.#records.publish(event.record, this.#isTurn) });
    } else if (event.type === 'text_delta') this.#onEvent({ type: 'text', text: event.text });
    else if (event.type === 'reasoning_delta') this.#onEvent({ type: 'reasoning', text: event.text });
    else if (event.type === 'call') this.#onEvent({ type: 'call', callId: event.call.callId });
    else if (event.type === 'output_delta') {
      this.#onEvent({ type: 'output', callId: event.callId, text: event.text });
    } else if (event.type === 'retry' || event.type === 'note') this.#onEvent(event);
  }
}
