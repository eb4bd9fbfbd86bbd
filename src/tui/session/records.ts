import type { Event } from '../../model/event.ts';

/** Tells whoever reads the session again what is recorded since. */
export class Records {
  readonly #listeners = new Set<(events: readonly Event[]) => void>();

  readonly tell = (event: Event): void => {
    for (const listener of [...this.#listeners]) listener([event]);
  };

  readonly onMore = (listener: (events: readonly Event[]) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
