import type { Output } from '../base/io.ts';

/** Text gathered into writes of about 64 KiB: one system call a record would cost more than the record. */
export function batchWrites(output: Pick<Output, 'write'>): Batch {
  let pieces: string[] = [];
  let size = 0;
  async function flush() {
    if (size === 0) return;
    const text = pieces.join('');
    pieces = [];
    size = 0;
    await output.write(text);
  }
  return {
    flush,
    add(text) {
      pieces.push(text);
      size += text.length;
      return size >= batchLength ? flush() : undefined;
    },
  };
}

export interface Batch {
  /** Undefined while the text is only gathered; a promise, to be awaited, when a batch goes out. */
  add(text: string): Promise<void> | undefined;
  flush(): Promise<void>;
}

/** In UTF-16 units, which for JSON is about bytes. */
const batchLength = 65_536;
