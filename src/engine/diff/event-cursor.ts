import type { Event } from '../../model/event.ts';
import type { EventBatches } from '../read-thread.ts';

/** Reads a thread's events one by one, and waits only where the next batch is needed. */
export class EventCursor {
  readonly #batches: EventBatches;
  #batch: Event[] = [];
  #place = 0;

  constructor(batches: EventBatches) {
    this.#batches = batches;
  }

  /** The event that comes next; undefined when the next batch has to be fetched first, or there is none. */
  get current(): Event | undefined {
    return this.#batch[this.#place];
  }

  advance(): void {
    this.#place++;
  }

  /** @returns false at the end */
  async fetch(): Promise<boolean> {
    while (this.current === undefined) {
      const next = await this.#batches.next();
      if (next.done) return false;
      this.#batch = next.value;
      this.#place = 0;
    }
    return true;
  }

  /** Closes the files. */
  async close(): Promise<void> {
    await this.#batches.return(undefined);
  }
}
