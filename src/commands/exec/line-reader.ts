import type { Clock } from '../../base/io.ts';

/** Reads a terminal line by line. Before something is asked for, it is left to others. */
export function createLineReader(read: (signal: AbortSignal) => AsyncIterable<Uint8Array>, clock: Clock) {
  const closed = new AbortController();
  let blocks: AsyncIterator<Uint8Array> | null = null;
  let next: Promise<IteratorResult<Uint8Array>> | null = null;
  let text = '';
  const nextBlock = () => {
    blocks ??= read(closed.signal)[Symbol.asyncIterator]();
    next ??= blocks.next();
    return next;
  };
  return {
    /** Drops what was typed until now: it was no answer to what is asked next. */
    async discard(): Promise<void> {
      text = '';
      for (;;) {
        const block = await Promise.race([nextBlock(), clock.sleep(QUIET_MS).then(() => null)]);
        if (block === null || block.done) return;
        next = null;
      }
    },
    /** The next line without its end; null when there will be none, and on abort. */
    async readLine(signal: AbortSignal): Promise<string | null> {
      while (!text.includes('\n')) {
        const over = new AbortController();
        const block = await Promise.race([nextBlock(), untilAborted(signal, over.signal)]).finally(() => over.abort());
        if (block === null || block.done) return null;
        next = null;
        text += Buffer.from(block.value).toString();
      }
      const end = text.indexOf('\n');
      const line = text.slice(0, end).replace(/\r$/, '');
      text = text.slice(end + 1);
      return line;
    },
    /** Gives the terminal back, so that the program can end. */
    close(): void {
      closed.abort();
      // Who waits for a key does not end before one comes, so nobody waits for that.
      void Promise.resolve(blocks?.return?.()).catch(() => {});
    },
  };
}

/** What is there already comes at once. */
const QUIET_MS = 50;

function untilAborted(signal: AbortSignal, over: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true, signal: over });
  });
}
