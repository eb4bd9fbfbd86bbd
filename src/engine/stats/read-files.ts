import { throwIfStopped } from '../../base/abort.ts';
import { chunk } from '../../base/chunk.ts';
import type { Catalog } from '../catalog.ts';
import { runJobs, usefulWorkers } from '../workers/run-jobs.ts';
import type { StatsJob } from '../workers/stats-task.ts';
import type { FoundThread } from './find-threads.ts';

/**
 * The usages of threads from their files, as text. Threads of one file, by far the most, are read in worker threads where
 * there are many; the others here, once the workers are done.
 */
export async function* readFiles(
  catalog: Catalog,
  threads: FoundThread[],
  { signal, onProgress }: FileReadOptions,
): AsyncGenerator<{ thread: FoundThread; text: string }> {
  let done = 0;
  const progress = (count: number) => {
    done += count;
    onProgress?.(done, threads.length);
  };
  const others = threads.filter(({ isSingle }) => !isSingle);
  const jobs = chunk(
    threads.filter(({ isSingle }) => isSingle),
    JOB_FILES,
  );
  const inputs: StatsJob[] = jobs.map((files) => ({ paths: files.map(({ path }) => path) }));
  const workers = inputs.length < FEW_JOBS ? 0 : usefulWorkers(inputs.length);
  for await (const { job, part } of runJobs<(string | null)[]>('stats', inputs, { workers, signal })) {
    for (const [index, text] of part.entries()) {
      const thread = (jobs[job] as FoundThread[])[index] as FoundThread;
      if (text !== null) yield { thread, text };
      else others.push(thread);
    }
    progress(part.length);
  }
  if (others.length === 0) return;
  // What decodes records takes a while to load, and the workers have loaded it for themselves.
  const { readEntangled } = await import('./read-entangled.ts');
  for (const thread of others) {
    throwIfStopped(signal);
    yield { thread, text: await readEntangled(catalog, thread.id) };
    progress(1);
  }
}

export interface FileReadOptions {
  signal: AbortSignal;
  onProgress?: ((done: number, of: number) => void) | undefined;
}

const JOB_FILES = 16;
/** Fewer than these are read before a worker has started. */
const FEW_JOBS = 3;
