import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { throwIfStopped } from '../../base/abort.ts';
import type { Clock } from '../../base/io.ts';
import { type Answer, type Order, type TaskName, Watch, type WorkerSetup } from './protocol.ts';
import { tasks } from './tasks.ts';

/**
 * Does jobs in worker threads, or here where there is little to do, and gives the parts of their results in the order of the
 * jobs. A job runs ahead of its turn by a few parts at most, so memory stays bounded.
 *
 * @throws what a job threw, and what `options.overdue` makes of a job that stayed in one step for too long
 */
export async function* runJobs<Part>(
  task: TaskName,
  inputs: readonly unknown[],
  options: JobOptions,
): AsyncGenerator<{ job: number; part: Part }> {
  const file = workerFile();
  if (options.workers === 0 || !file) {
    for (const [job, input] of inputs.entries()) {
      for await (const part of tasks[task](input, null)) {
        throwIfStopped(options.signal);
        yield { job, part: part as Part };
      }
      options.onProgress?.(job + 1);
    }
    return;
  }
  const crew = new Crew(file, task, inputs, options);
  try {
    yield* crew.run<Part>();
  } finally {
    await crew.dismiss();
  }
}

export interface JobOptions {
  /** Threads to start; 0 to work in this one. */
  workers: number;
  signal: AbortSignal;
  /** Told how many jobs are done. */
  onProgress?: (done: number) => void;
  /** The failure to end with when a job stays in one step for too long; without it no job is too slow. */
  overdue?: { clock: Clock; failure: () => Error };
}

/** As many threads as can help: more than a few wait for each other. */
export function usefulWorkers(jobs: number): number {
  return Math.min(jobs, MOST_WORKERS, Math.max(1, availableParallelism()));
}

/** The worker is a file of the bundle; run from its sources, the program has none and works in one thread. */
function workerFile(): string | null {
  const path = fileURLToPath(new URL('./worker.cjs', import.meta.url));
  return existsSync(path) ? path : null;
}

interface Member {
  worker: Worker;
  watch: Watch;
  job: number | null;
  /** The step that was seen last, and when it was first seen. */
  step: number;
  since: number;
}

interface Result {
  parts: unknown[];
  isDone: boolean;
  /** The worker that waits until its last part was taken. */
  waiting: Member | null;
}

class Crew {
  readonly #task: TaskName;
  readonly #inputs: readonly unknown[];
  readonly #options: JobOptions;
  readonly #members: Member[];
  readonly #results = new Map<number, Result>();
  readonly #over = new AbortController();
  #nextJob = 0;
  /** The job whose parts are given out. */
  #turn = 0;
  #failure: unknown = null;
  #wake: () => void = () => {};

  constructor(file: string, task: TaskName, inputs: readonly unknown[], options: JobOptions) {
    this.#task = task;
    this.#inputs = inputs;
    this.#options = options;
    this.#members = Array.from({ length: options.workers }, () => this.#hire(file));
  }

  async *run<Part>(): AsyncGenerator<{ job: number; part: Part }> {
    if (this.#options.overdue) void this.#watchSteps(this.#options.overdue);
    const { signal } = this.#options;
    const stop = () => this.#wake();
    signal.addEventListener('abort', stop);
    try {
      for (let job = 0; job < this.#inputs.length; job++) {
        this.#turn = job;
        for (const member of this.#members) if (member.job === null) this.#assign(member);
        for (;;) {
          throwIfStopped(signal);
          if (this.#failure) throw this.#failure;
          const result = this.#resultOf(job);
          const part = result.parts.shift();
          if (part !== undefined) {
            this.#goOn(result, job);
            yield { job, part: part as Part };
          } else if (result.isDone) break;
          else await new Promise<void>((resolve) => (this.#wake = resolve));
        }
        this.#results.delete(job);
        this.#options.onProgress?.(job + 1);
      }
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** Those who have nothing to do leave by themselves, after this; the others are stopped. */
  async dismiss(): Promise<void> {
    this.#over.abort();
    const busy = this.#members.filter(({ job }) => job !== null);
    for (const member of this.#members) if (!busy.includes(member)) this.#send(member, { kind: 'end' });
    await Promise.all(busy.map(({ worker }) => worker.terminate()));
  }

  #hire(file: string): Member {
    const memory = new SharedArrayBuffer(4);
    const setup: WorkerSetup = { watch: memory };
    const worker = new Worker(file, { workerData: setup, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    const member: Member = { worker, watch: new Watch(memory), job: null, step: 0, since: 0 };
    worker.on('message', (answer: Answer) => this.#receive(member, answer));
    worker.on('error', (error) => this.#fail(error));
    return member;
  }

  #assign(member: Member): void {
    const isFar = this.#nextJob >= Math.min(this.#inputs.length, this.#turn + MOST_JOBS_AHEAD);
    member.job = isFar ? null : this.#nextJob++;
    if (member.job === null) return;
    this.#send(member, { kind: 'job', job: member.job, task: this.#task, input: this.#inputs[member.job] });
  }

  #receive(member: Member, answer: Answer): void {
    if (answer.kind === 'failed') {
      this.#fail(answer.error);
      return;
    }
    const result = this.#resultOf(answer.job);
    if (answer.kind === 'done') {
      result.isDone = true;
      this.#assign(member);
    } else {
      result.parts.push(answer.value);
      result.waiting = member;
      this.#goOn(result, answer.job);
    }
    this.#wake();
  }

  /** Lets the worker make its next part, unless enough of them wait. */
  #goOn(result: Result, job: number): void {
    if (!result.waiting || result.parts.length >= MOST_AHEAD) return;
    this.#send(result.waiting, { kind: 'more', job });
    result.waiting = null;
  }

  #send(member: Member, order: Order): void {
    member.worker.postMessage(order);
  }

  #fail(error: unknown): void {
    this.#failure ??= error ?? new Error('a worker thread failed');
    this.#wake();
  }

  #resultOf(job: number): Result {
    let result = this.#results.get(job);
    if (!result) {
      result = { parts: [], isDone: false, waiting: null };
      this.#results.set(job, result);
    }
    return result;
  }

  async #watchSteps({ clock, failure }: { clock: Clock; failure: () => Error }): Promise<void> {
    while (!this.#over.signal.aborted) {
      for (const member of this.#members) {
        const { step } = member.watch;
        if (step !== member.step) {
          member.step = step;
          member.since = clock.now();
        } else if (step !== 0 && member.job !== null && clock.now() - member.since > STEP_MS) {
          this.#fail(failure());
        }
      }
      await clock.sleep(LOOK_MS, this.#over.signal);
    }
  }
}

const MOST_WORKERS = 4;
const MOST_AHEAD = 4;
const MOST_JOBS_AHEAD = 64;
/** What a worker makes is soon of no use; of itself V8 lets 48 MiB of it come together. */
const YOUNG_MB = 6;
const STEP_MS = 1000;
const LOOK_MS = 50;
