/** A state that views look at. */
export interface Store<State> {
  get(): State;
  /** Views hear of it when they are told. */
  set(state: State): void;
  subscribe(listener: () => void): () => void;
  tell(): void;
}

export function createStore<State>(first: State): Store<State> {
  let state = first;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    set(next) {
      state = next;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell() {
      for (const listener of [...listeners]) listener();
    },
  };
}
