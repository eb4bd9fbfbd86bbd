import { type TurnSignal, TurnTracker } from '../../model/turn-tracker.ts';
import type { Place } from './places.ts';
import type { PublishedStep } from './published-step.ts';
import type { Step } from './step.ts';

/** A step with the recorded turn that it belongs to; without a step, a record that only counts. */
export interface PlacedStep extends PublishedStep {
  /** Where its record begins; null where nobody asked, and for one that was reverted. */
  place?: Place | null;
}

/** Gives steps the turns that `show` gives the events of their records, in order. */
export class TurnCount {
  readonly #turns = new TurnTracker();
  #held: { step: Step | null; place: Place | null }[] = [];
  #heldBytes = 0;

  /**
   * @param signal what the record means for the count
   * @param line length of its line, and where it begins
   * @param ready is given the steps whose turn is now known
   */
  add(
    signal: TurnSignal,
    step: Step | null,
    { length, place }: { length: number; place: Place | null },
    ready: PlacedStep[],
  ): void {
    if (this.#turns.settled && signal === 'other') {
      if (step) ready.push({ step, turn: this.#turns.turn, isRolledBack: false, place });
      return;
    }
    if (this.#turns.observe(signal) === 'before') this.#release(ready);
    this.#held.push({ step, place });
    this.#heldBytes += length;
    const isFull = this.#held.length >= MOST_HELD_RECORDS || this.#heldBytes >= MOST_HELD_BYTES;
    if (isFull) this.#turns.finish();
    if (this.#turns.settled) this.#release(ready);
  }

  /** The thread ends: gives the steps whose turn was open. */
  finish(ready: PlacedStep[]): void {
    this.#turns.finish();
    this.#release(ready);
  }

  #release(ready: PlacedStep[]): void {
    for (const { step, place } of this.#held) {
      ready.push({ step, turn: this.#turns.turn, isRolledBack: false, place });
    }
    this.#held = [];
    this.#heldBytes = 0;
  }
}

/** As many as the events of `show` are held back (see engine/assemble.ts), so that the counts agree. */
const MOST_HELD_RECORDS = 256;
const MOST_HELD_BYTES = 4 * 1024 * 1024;
