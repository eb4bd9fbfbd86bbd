/** Does one thing after the other, in the order in which they were asked for, until one of them fails. */
export class OutputQueue {
  #last: Promise<void> = Promise.resolve();
  #failure: unknown = null;
  readonly #onFailure: () => void;

  /** @param onFailure called once, as soon as it is known */
  constructor(onFailure: () => void) {
    this.#onFailure = onFailure;
  }

  add(act: () => Promise<void>): void {
    this.#last = this.#last.then(async () => {
      if (this.#failure !== null) return;
      try {
        await act();
      } catch (error) {
        this.#failure = error;
        this.#onFailure();
      }
    });
  }

  /** Resolves when all that was added is done; what is added from now on waits until the function that it gives is called. */
  async hold(): Promise<() => void> {
    const before = this.#last;
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#last = before.then(() => released);
    await before;
    return release;
  }

  /** Resolves when all is done. Rejects with what failed. */
  async end(): Promise<void> {
    await this.#last;
    if (this.#failure !== null) throw this.#failure;
  }
}
