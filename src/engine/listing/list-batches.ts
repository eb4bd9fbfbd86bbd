import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { Failure } from '../../base/failure.ts';
import { keepNewSpace, letNewSpaceGrow } from '../../base/small-heap.ts';
import type { SessionRow } from '../../model/live-session.ts';
import type { Home } from '../../store/home.ts';
import type { PutRows, ReadOptions } from './read-batches.ts';

/**
 * All sessions of a home in small batches, the ones updated last first, archived ones too: for somebody who looks at the first
 * while the rest is read. While the index is being made, they come as they are read, and before it some of the newest. A row
 * that was made anew comes again. The reading begins at once, in a thread of its own where the program is built.
 *
 * @param options.signal ends the listing, which then gives no more
 * @throws Failure `partial` at the end, when not all could be read
 */
export function listBatches(home: Home, options: ReadOptions): AsyncIterable<SessionRow[]> {
  const ready: SessionRow[][] = [];
  let wake = () => {};
  let isOver = false;
  const put = (rows: SessionRow[]) => {
    keepNewSpace();
    if (rows.length > 0) ready.push(rows);
    wake();
  };
  const file = workerFile();
  const reading = (file ? readApart(file, home, options.signal, put) : readHere(home, options, put)).finally(() => {
    isOver = true;
    letNewSpaceGrow();
    wake();
  });
  // It is awaited at the end.
  reading.catch(() => {});
  return (async function* () {
    for (;;) {
      while (ready.length > 0 && !options.signal.aborted) yield ready.shift() as SessionRow[];
      if (isOver || options.signal.aborted) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (!options.signal.aborted) await reading;
  })();
}

/** The worker is a file of its own beside the bundle; run from its sources, the program has none. */
function workerFile(): string | null {
  const path = fileURLToPath(new URL('./list-worker.cjs', import.meta.url));
  return existsSync(path) ? path : null;
}

async function readHere(home: Home, options: ReadOptions, put: PutRows): Promise<void> {
  const { readBatches } = await import('./read-batches.ts');
  // A screen may not have been drawn yet.
  await options.clock.sleep(0, options.signal);
  await readBatches(home, options, put);
}

function readApart(file: string, home: Home, signal: AbortSignal, put: PutRows): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return resolve();
    const worker = new Worker(file, { workerData: home, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    const stop = () => {
      worker.postMessage('stop');
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
    const end = (failure: string | null) => {
      signal.removeEventListener('abort', stop);
      if (failure === null) resolve();
      else reject(new Failure('partial', failure));
    };
    worker.on('message', (listed: { rows: SessionRow[] } | { failure: string | null }) => {
      if ('rows' in listed) put(listed.rows);
      else end(listed.failure);
    });
    worker.on('error', (error) => end(error.message));
    worker.on('exit', () => end('the reading has ended early'));
  });
}

/** Of itself V8 lets 48 MiB of what is of no use any more come together. */
const YOUNG_MB = 6;
