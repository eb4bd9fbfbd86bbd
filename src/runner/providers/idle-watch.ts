import type { Clock } from '../../base/io.ts';

/**
 * Calls `onIdle` once a wait has lasted for `ms`. Between `rest` and the next `wait` no time counts, so that a slow reader is
 * not taken for a slow server. One timer runs, however often it is told to wait.
 */
export class IdleWatch {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #onIdle: () => void;
  readonly #closing = new AbortController();
  #since: number | null = null;
  /** Whether the time has run out. */
  hasFired = false;

  constructor(clock: Clock, ms: number, onIdle: () => void) {
    this.#clock = clock;
    this.#ms = ms;
    this.#onIdle = onIdle;
    void this.#run();
  }

  /** A wait begins; one that goes on already does not begin again. */
  wait(): void {
    this.#since ??= this.#clock.now();
  }

  rest(): void {
    this.#since = null;
  }

  close(): void {
    this.#closing.abort();
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const left = this.#since === null ? this.#ms : this.#since + this.#ms - this.#clock.now();
      if (left <= 0) {
        this.hasFired = true;
        return this.#onIdle();
      }
      // A day is less than the longest time that a timer takes.
      await this.#clock.sleep(Math.min(left, 86_400_000), this.#closing.signal);
    }
  }
}
