import type { Io } from '../../base/io.ts';
import type { Output } from './output.ts';
import type { OutputQueue } from './output-queue.ts';

/**
 * Says at once that a signal interrupts the turn, and how to go on: a second one would leave no time for it.
 *
 * @param threadId null when there is nothing to go on with
 * @returns a function to be called when the turn is over
 */
export function tellInterrupted(io: Io, queue: OutputQueue, output: Output, threadId: string | null): () => void {
  const { signal } = io;
  const hint = threadId === null ? '' : `; sessions exec resume ${threadId} goes on with it`;
  const onSignal = () => {
    // A terminal shows `^C` where the cursor is.
    const before = !output.endLine() && io.stderr.isTTY ? '\n' : '';
    const told = new AbortController();
    const tell = async () => {
      if (told.signal.aborted) return;
      told.abort();
      await io.stderr.write(`${before}sessions: the turn was interrupted${hint}\n`);
    };
    queue.add(tell);
    // Whoever reads standard output may be in no hurry.
    void io.clock.sleep(patienceMs, told.signal).then(tell);
  };
  if (signal.aborted) onSignal();
  else signal.addEventListener('abort', onSignal, { once: true });
  return () => signal.removeEventListener('abort', onSignal);
}

const patienceMs = 200;
