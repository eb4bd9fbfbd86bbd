import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../base/clock.ts';
import { keepHeapSmall } from '../../base/small-heap.ts';
import type { Home } from '../../store/home.ts';
import { readBatches } from './read-batches.ts';

/*
 * A thread that lists a home for `listBatches`: it has an index made and asks for every file, during which no key would be heard
 * in the thread that draws. Any message ends it.
 */
const port = parentPort as NonNullable<typeof parentPort>;
// The rows of a whole home go through here, and through the threads that read its files.
keepHeapSmall();
const stop = new AbortController();
port.on('message', () => stop.abort());

const put = (rows: unknown[]) => {
  if (rows.length > 0 && !stop.signal.aborted) port.postMessage({ rows } satisfies Listed);
};
readBatches(workerData as Home, { clock: systemClock, signal: stop.signal }, put)
  .then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
  .then(async (failure) => {
    port.postMessage({ failure } satisfies Listed);
    // Node 20 ends the whole program when V8 still compiles something in the background as its thread ends.
    await systemClock.sleep(REST_MS);
    port.close();
  });

/** What the thread tells: some rows, or that it is done, and why not with all. */
export type Listed = { rows: unknown[] } | { failure: string | null };

const REST_MS = 30;
