import { closeSync, constants, openSync } from 'node:fs';
import type { Terminal } from './io.ts';
import { openDescriptor } from './write-descriptor.ts';

/**
 * The terminal that this process is controlled from, whatever its standard streams are; null where there is none, as in cron.
 * Opening it and writing do not stop a job in the background; only reading does.
 */
export function openControllingTerminal(): Terminal | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_WRONLY | constants.O_NOCTTY);
  } catch {
    return null;
  }
  const write = openDescriptor(descriptor, 'the terminal');
  return {
    write,
    read: readTerminal,
    async close() {
      // What is still being written comes first: the number may soon mean another file.
      await write('').catch(() => {});
      closeSync(descriptor);
    },
  };
}

const path = '/dev/tty';

async function* readTerminal(signal: AbortSignal): AsyncIterable<Uint8Array> {
  const { ReadStream } = await import('node:tty');
  if (signal.aborted) return;
  // Its own opening: what is read with a descriptor that others write to becomes non-blocking for them.
  const stream = new ReadStream(openSync(path, constants.O_RDONLY | constants.O_NOCTTY));
  const stop = () => stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } catch {
    // Closed by the signal; or nobody sits there any more, which is the end of the input as well.
  } finally {
    signal.removeEventListener('abort', stop);
    stream.destroy();
  }
}
