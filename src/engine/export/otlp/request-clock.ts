import { TimeSpan } from './span-time.ts';

/**
 * From when to when the model was asked. The count of tokens that tells of a request is recorded some time after the last thing that the model
 * said in it, and sometimes behind the results of the calls that it made: those belong to the next one.
 */
export class RequestClock {
  #askedAt: bigint;
  /** When the model said something last, in this request. */
  #answeredAt: bigint | null = null;
  /** When something was put in behind that. */
  #nextAskedAt: bigint | null = null;

  constructor(at: bigint) {
    this.#askedAt = at;
  }

  /** The model is given something. */
  ask(at: bigint): void {
    if (this.#answeredAt === null) this.#askedAt = at;
    else this.#nextAskedAt = at;
  }

  /** The model says something. */
  answer(at: bigint): void {
    this.#answeredAt = at;
  }

  /** The request is counted. */
  count(at: bigint): TimeSpan {
    const time = new TimeSpan(this.#answeredAt ?? at);
    if (this.#askedAt < time.start) time.touch(this.#askedAt);
    this.#askedAt = this.#nextAskedAt ?? at;
    this.#answeredAt = null;
    this.#nextAskedAt = null;
    return time;
  }
}
