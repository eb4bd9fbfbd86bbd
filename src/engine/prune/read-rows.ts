import { dirname } from 'node:path';
import { chunk } from '../../base/chunk.ts';
import type { FileRow } from '../../index/file-table.ts';
import type { ThreadRow } from '../../model/thread-row.ts';
import type { Catalog } from '../catalog.ts';
import { completeRow } from '../complete-row.ts';
import type { Entangled, RowJob } from '../listing/read-rows.ts';
import { readThreadFacts, type ThreadFacts } from '../summarise.ts';
import { runJobs, usefulWorkers } from '../workers/run-jobs.ts';

/**
 * The rows of all sessions, from their files. Where there are many, those that need no file but their own are read in worker
 * threads.
 */
export async function readRows(catalog: Catalog, options: RowOptions): Promise<Map<string, ThreadRow>> {
  const ids = [...catalog.threadIds];
  const jobs = chunk(ids, JOB_THREADS);
  const inputs = jobs.map((some): RowJob => ({ home: catalog.home, threads: some.map((id) => toJob(catalog, id)) }));
  const workers = ids.length < FEW_THREADS ? 0 : usefulWorkers(inputs.length);
  const context = { names: options.names, isLive: () => null, now: options.now };
  const rows = new Map<string, ThreadRow>();
  const take = (id: string, { row, ageMs }: ThreadFacts) => {
    rows.set(id, completeRow(row, ageMs, context));
    options.onProgress?.('reading sessions', rows.size, ids.length);
  };
  const entangled: string[] = [];
  const { signal } = options;
  for await (const { job, part } of runJobs<(ThreadFacts | Entangled | null)[]>('rows', inputs, { workers, signal })) {
    for (const [index, facts] of part.entries()) {
      const id = (jobs[job] as string[])[index] as string;
      if (facts === 'entangled' || facts === null) entangled.push(id);
      else take(id, facts);
    }
  }
  for (const id of entangled) {
    signal.throwIfAborted();
    take(id, await readThreadFacts(catalog, id));
  }
  return rows;
}

export interface RowOptions {
  names: ReadonlyMap<string, string>;
  /** Milliseconds since the epoch. */
  now: number;
  signal: AbortSignal;
  onProgress?: (what: string, done: number, of: number) => void;
}

/** A worker looks at no more of a file than where it is. */
function toJob(catalog: Catalog, threadId: string): RowJob['threads'][number] {
  const files = catalog.thread(threadId).map(
    ({ path, rolloutId, archived, compressed }): FileRow => ({
      ...{ path, folder: dirname(path), thread_id: threadId, rollout_id: rolloutId },
      ...{ archived: archived ? 1 : 0, compressed: compressed ? 1 : 0, dev: '', ino: '', size: 0, mtime_ns: '' },
    }),
  );
  return { threadId, mark: 0, files, known: undefined };
}

const JOB_THREADS = 50;
/** Fewer than these are read before a worker has started. */
const FEW_THREADS = 200;
