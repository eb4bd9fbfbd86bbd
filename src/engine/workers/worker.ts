import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../base/clock.ts';
import { type Answer, type Order, Watch, type WorkerSetup } from './protocol.ts';
import { type Parts, tasks } from './tasks.ts';

/*
 * A worker thread of the program: does one job at a time, and holds each part of its result until the part before was
 * taken, so that memory stays bounded.
 */
const port = parentPort as NonNullable<typeof parentPort>;
const watch = new Watch((workerData as WorkerSetup).watch);
let parts: Iterator<unknown> | AsyncIterator<unknown> | null = null;

port.on('message', async (order: Order) => {
  if (order.kind === 'end') {
    await systemClock.sleep(REST_MS);
    port.close();
    return;
  }
  try {
    if (order.kind === 'job') parts = iterate(tasks[order.task](order.input, watch));
    const next = await parts?.next();
    if (!next || next.done) answer({ kind: 'done', job: order.job });
    else answer({ kind: 'part', job: order.job, value: next.value });
  } catch (error) {
    answer({ kind: 'failed', job: order.job, error });
  }
});

function iterate(all: Parts): Iterator<unknown> | AsyncIterator<unknown> {
  return Symbol.asyncIterator in all ? all[Symbol.asyncIterator]() : all[Symbol.iterator]();
}

function answer(message: Answer): void {
  port.postMessage(message);
}

/**
 * Time for what V8 still compiles in the background: Node 20 ends the whole program when that meets the end of its thread
 * (`Assertion failed: (data.first) != nullptr`).
 */
const REST_MS = 30;
