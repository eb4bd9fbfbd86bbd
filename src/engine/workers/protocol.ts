/** What goes between the program and its worker threads. */
export type Order =
  | { kind: 'job'; job: number; task: TaskName; input: unknown }
  | { kind: 'more'; job: number }
  | { kind: 'end' };

export type Answer =
  | { kind: 'part'; job: number; value: unknown }
  | { kind: 'done'; job: number }
  | { kind: 'failed'; job: number; error: unknown };

export type TaskName = 'rows' | 'stats' | 'search' | 'texts';

/** What a worker is started with. */
export interface WorkerSetup {
  /** Two counters in shared memory: see `Watch`. */
  watch: SharedArrayBuffer;
}

/**
 * A worker's mark that it is in a step that may never end. The step's number grows with each; 0 stands for none. Only the
 * worker writes it, and the program ends a worker that stays in one step for too long.
 */
export class Watch {
  readonly #cell: Int32Array;
  #steps = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#cell = new Int32Array(memory);
  }

  enter(): void {
    this.#steps = (this.#steps % 0x7fffffff) + 1;
    Atomics.store(this.#cell, 0, this.#steps);
  }

  leave(): void {
    Atomics.store(this.#cell, 0, 0);
  }

  /** The step that the worker is in; 0 for none. */
  get step(): number {
    return Atomics.load(this.#cell, 0);
  }
}
