import type { Input } from '../../base/io.ts';

/** Reads a terminal line by line, for as long as there are questions. */
export function createLineReader(input: Input) {
  let blocks: AsyncIterator<Uint8Array> | null = null;
  let text = '';
  return {
    /** The next line without its end; null when there will be none, and on abort. */
    async readLine(signal: AbortSignal): Promise<string | null> {
      blocks ??= input.read()[Symbol.asyncIterator]();
      while (!text.includes('\n')) {
        const next = await Promise.race([blocks.next(), untilAborted(signal)]);
        if (next === null || next.done) return null;
        text += Buffer.from(next.value).toString();
      }
      const end = text.indexOf('\n');
      const line = text.slice(0, end).replace(/\r$/, '');
      text = text.slice(end + 1);
      return line;
    },
    /** Gives the terminal back, so that the program can end. */
    close(): void {
      // Who waits for a key does not end before one comes, so nobody waits for that.
      void Promise.resolve(blocks?.return?.()).catch(() => {});
    },
  };
}

function untilAborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}
