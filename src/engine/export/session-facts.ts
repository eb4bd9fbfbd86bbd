import type { Event } from '../../model/event.ts';
import { Summary, type SummaryRow } from '../summary.ts';

/** What the events of a session say of it as a whole, in the words of an `ls` row. */
export type SessionFacts = SummaryRow & {
  /** Time of the last record that has one. */
  updated_at: string | null;
};

/** Gathers the facts of a session while its events go by; of memory, a few values. */
export class FactGatherer {
  readonly #summary = new Summary();

  add(event: Event): void {
    this.#summary.add(event);
  }

  facts(): SessionFacts {
    return { ...this.#summary.row(), updated_at: this.#summary.state.lastTime };
  }
}
