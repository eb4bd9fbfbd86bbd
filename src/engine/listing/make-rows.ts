import { chunk } from '../../base/chunk.ts';
import { readThreadFacts, type ThreadFacts } from '../summarise.ts';
import { runJobs, usefulWorkers } from '../workers/run-jobs.ts';
import type { Entangled, RowJob, StaleThread } from './read-rows.ts';
import { AskedRollouts, type IndexedRollouts } from './rollouts.ts';

/**
 * Makes the rows of these threads from their files. Where there are many, those that need no file but their own are read in
 * worker threads; the others here, once the workers are done.
 */
export async function* makeRows(
  rollouts: IndexedRollouts,
  threads: StaleThread[],
  { signal, mostWorkers = Infinity }: { signal: AbortSignal; mostWorkers?: number },
): AsyncGenerator<MadeRow[]> {
  const jobs = chunk(threads, JOB_THREADS);
  const inputs: RowJob[] = jobs.map((some) => ({ home: rollouts.home, threads: some }));
  const workers = threads.length < FEW_THREADS ? 0 : Math.min(mostWorkers, usefulWorkers(inputs.length));
  const entangled: StaleThread[] = [];
  for await (const { job, part } of runJobs<(ThreadFacts | Entangled | null)[]>('rows', inputs, { workers, signal })) {
    const made: MadeRow[] = [];
    for (const [index, facts] of part.entries()) {
      const thread = (jobs[job] as StaleThread[])[index] as StaleThread;
      if (facts === 'entangled') entangled.push(thread);
      else made.push({ ...thread, facts, asked: [] });
    }
    yield made;
  }
  for (const some of chunk(entangled, JOB_THREADS)) {
    const made: MadeRow[] = [];
    for (const thread of some) {
      if (signal.aborted) break;
      const asking = new AskedRollouts(rollouts);
      const facts = await readThreadFacts(asking, thread.threadId, thread.known);
      made.push({ ...thread, facts, asked: asking.others(thread.threadId) });
    }
    yield made;
  }
}

export interface MadeRow extends StaleThread {
  /** Null when the thread has no file any more. */
  facts: ThreadFacts | null;
  /** Ids of other threads and rollouts that the row depends on, whether they exist or not. */
  asked: string[];
}

const JOB_THREADS = 50;
/** Fewer than these are read before a worker has started. */
const FEW_THREADS = 200;
