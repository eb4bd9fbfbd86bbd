import { isContext, isSaidByModel } from '../reconstruct/effective-items.ts';
import type { Place } from '../reconstruct/places.ts';
import type { PlacedStep } from '../reconstruct/turn-count.ts';

/**
 * Follows which turns were complete: those whose end is recorded, and in a dialect without ends those that came to an
 * answer.
 */
export class TurnEnds {
  #turn = 0;
  #knowsStarts = false;
  #isOpen = false;
  /** Behind the last complete turn that something else came after. */
  #complete: { place: Place; turn: number } | null = null;

  see({ step, turn }: PlacedStep, place: Place): void {
    const isStart = step?.kind === 'event' && starts.has(step.payload.type);
    if ((turn > this.#turn || isStart) && !this.#isOpen && this.#turn > 0) {
      this.#complete = { place, turn: this.#turn };
    }
    // Until it comes to something, a turn is not complete.
    if (turn > this.#turn) this.#isOpen = true;
    this.#turn = Math.max(this.#turn, turn);
    if (isStart) {
      this.#knowsStarts = true;
      this.#isOpen = true;
    } else if (step?.kind === 'event' && ends.has(step.payload.type)) this.#isOpen = false;
    else if (step?.kind === 'rolled-back' && step.turns > 0) this.#isOpen = false;
    else if (!this.#knowsStarts) this.#seeWithoutStarts(step);
  }

  /** Behind which turn a thread can be cut that ends at this place; null when no turn is complete. */
  lastComplete(end: Place | null): { place: Place; turn: number } | null {
    return end && !this.#isOpen && this.#turn > 0 ? { place: end, turn: this.#turn } : this.#complete;
  }

  #seeWithoutStarts(step: PlacedStep['step']): void {
    if (step?.kind === 'compacted') this.#isOpen = false;
    if (step?.kind === 'item' && !isContext(step.item)) this.#isOpen = !isSaidByModel(step.item);
  }
}

const starts = new Set<unknown>(['task_started', 'turn_started']);
const ends = new Set<unknown>(['task_complete', 'turn_complete', 'turn_aborted']);
