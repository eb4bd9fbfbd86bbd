import type { Event } from '../../model/event.ts';
import { Integers } from '../transcript/integers.ts';

/** What of a transcript is shown when: its blocks come in frames, each some time after the one before. */
export class Timeline {
  /** No frame will come any more. */
  isComplete = false;
  /** Blocks that are there once a frame is shown. */
  readonly #ends = new Integers();
  readonly #chapters = new Integers();
  readonly #turns = new Integers();
  /** Index of the first frame of each chapter. */
  readonly #begins: number[] = [];
  readonly #times = new Times();
  readonly #delayBefore: (timestamp: string | null) => number;
  #seen: { turn: unknown; threadId: unknown } | null = null;

  /** @param delayBefore milliseconds from what came before, for one time after the other */
  constructor(delayBefore: (timestamp: string | null) => number) {
    this.#delayBefore = delayBefore;
  }

  get count(): number {
    return this.#ends.length;
  }

  /** The number of the last turn that is known. */
  get turns(): number {
    return this.turnAt(this.count - 1);
  }

  /** What an event adds; null for what is said after the last one. @param end blocks that are there by now */
  add(event: Event | null, end: number): void {
    if (end === this.endAt(this.count - 1)) return;
    const { turn, thread_id: threadId } = event ?? { turn: this.#seen?.turn, thread_id: this.#seen?.threadId };
    if (this.#seen?.turn !== turn || this.#seen?.threadId !== threadId || this.count === 0) {
      this.#begins.push(this.count);
    }
    this.#seen = { turn, threadId };
    // An event that was read back from a stream may hold anything.
    const time = typeof event?.timestamp === 'string' ? event.timestamp : null;
    this.#times.push(this.timeAt(this.count - 1) + (event ? this.#delayBefore(time) : 0));
    this.#ends.push(end);
    this.#chapters.push(this.#begins.length - 1);
    this.#turns.push(typeof turn === 'number' ? turn : 0);
  }

  endAt(frame: number): number {
    return this.#ends.at(frame);
  }

  /** Milliseconds from the beginning. */
  timeAt(frame: number): number {
    return this.#times.at(frame);
  }

  /** Counts the turns that are seen, from 0; it never goes back, also where the numbers of turns begin anew. */
  chapterAt(frame: number): number {
    return this.#chapters.at(frame);
  }

  turnAt(frame: number): number {
    return this.#turns.at(frame);
  }

  beginOf(chapter: number): number {
    return this.#begins[chapter] ?? 0;
  }
}

/** Numbers that take little room. */
class Times {
  #values = new Float64Array(1024);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** 0 where there is none. */
  at(index: number): number {
    return index < this.#length ? (this.#values[index] ?? 0) : 0;
  }
}
