import { write } from 'node:fs';
import { Failure } from './failure.ts';
import { systemReason } from './system-error.ts';

/**
 * Writes to a file descriptor from the thread pool, in the order of the calls, without copying the chunk. Node's own
 * `process.stdout` blocks the program on pipes to save a `process.exit` that we never do.
 *
 * Once a write has failed, every later one fails in the same way.
 */
export function openDescriptor(descriptor: number, name: string): (chunk: Uint8Array | string) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (chunk) => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    const written = last.then(() => writeWhole(descriptor, bytes, name));
    last = written;
    // The caller handles the failure; `last` is only the queue.
    last.catch(() => {});
    return written;
  };
}

async function writeWhole(descriptor: number, bytes: Uint8Array, name: string): Promise<void> {
  let offset = 0;
  let pause = 1;
  while (offset < bytes.length) {
    try {
      offset += await writeOnce(descriptor, bytes, offset);
      pause = 1;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'EAGAIN') throw describe(error as NodeJS.ErrnoException, name);
      // A descriptor that somebody else has made non-blocking, and whose reader is slow.
      await new Promise((resolve) => setTimeout(resolve, pause));
      pause = Math.min(pause * 2, 50);
    }
  }
}

function writeOnce(descriptor: number, bytes: Uint8Array, offset: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, offset, bytes.length - offset, null, (error, count) =>
      error ? reject(error) : resolve(count),
    );
  });
}

function describe(error: NodeJS.ErrnoException, name: string): Failure {
  if (error.code === 'EPIPE') return new Failure('closed-pipe', `${name} is closed`, { cause: error });
  return new Failure('trouble', `cannot write to ${name}: ${systemReason(error) ?? error.message}`, { cause: error });
}
