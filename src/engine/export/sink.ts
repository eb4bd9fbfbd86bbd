import { batchWrites } from '../../base/batch.ts';
import type { Output } from '../../base/io.ts';
import { escapeForTerminal, escapeJsonForTerminal } from '../../base/safe-text.ts';
import type { Chunks } from './encoder.ts';

/** Where chunks go: gathered into large writes, in order. */
export interface Sink {
  /** Undefined while there is nothing to wait for. Bytes may be reused once it has resolved. */
  add(chunk: string | Uint8Array): Promise<void> | undefined;
  addAll(chunks: Chunks): Promise<void> | undefined;
  /** Resolves when everything is written. */
  flush(): Promise<void>;
}

export function createSink(output: Pick<Output, 'write'>, convert: (text: string) => string = same): Sink {
  const { add, flush } = batchWrites(output);
  const addBytes = async (bytes: Uint8Array) => {
    await flush();
    await output.write(bytes);
  };
  const addOne = (chunk: string | Uint8Array) => (typeof chunk === 'string' ? add(convert(chunk)) : addBytes(chunk));
  return {
    add: addOne,
    addAll(chunks) {
      for (const [index, chunk] of chunks.entries()) {
        const waiting = addOne(chunk);
        if (waiting) return addRest(waiting, chunks.slice(index + 1));
      }
      return undefined;
    },
    flush,
  };

  async function addRest(before: Promise<void>, rest: Chunks): Promise<void> {
    await before;
    for (const chunk of rest) await addOne(chunk);
  }
}

/** What a terminal is shown instead of text that may hold anything. */
export const terminalText = {
  json: escapeJsonForTerminal,
  // Tables end their lines with CR and LF.
  text: (text: string) => escapeForTerminal(text.replaceAll('\r\n', '\n')),
};

function same(text: string): string {
  return text;
}
