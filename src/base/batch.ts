import type { Output } from './io.ts';

/**
 * Text gathered into large writes: one system call a record would cost more than the record. It is encoded straight into one
 * of two buffers; one fills while the other is written.
 */
export function batchWrites(output: Pick<Output, 'write'>): Batch {
  let filling = noBuffer;
  let spare = noBuffer;
  let size = 0;
  let writing: Promise<void> = Promise.resolve();

  /** Hands over what is gathered; resolves when the batch before it is out. A failure is met by whoever waits next. */
  async function send(): Promise<void> {
    const full = filling;
    const batch = full.subarray(0, size);
    filling = spare;
    spare = noBuffer;
    size = 0;
    const before = writing;
    writing = before.then(() => output.write(batch)).then(() => giveBack(full));
    writing.catch(() => {});
    await before;
  }

  function giveBack(buffer: typeof noBuffer): void {
    spare = buffer;
  }

  function add(text: string): Promise<void> | undefined {
    // A UTF-16 unit takes three bytes at most.
    const room = text.length * 3;
    let sent: Promise<void> | undefined;
    if (size > 0 && size + room > filling.length) sent = send();
    if (room > filling.length) filling = Buffer.allocUnsafeSlow(Math.max(BATCH_BYTES * 2, room));
    size += filling.write(text, size);
    return size >= BATCH_BYTES ? send() : sent;
  }

  return {
    add,
    async flush() {
      if (size > 0) await send();
      await writing;
    },
  };
}

export interface Batch {
  /** Undefined while the text is only gathered; a promise, to be awaited, when a batch goes out. */
  add(text: string): Promise<void> | undefined;
  flush(): Promise<void>;
}

const BATCH_BYTES = 256 * 1024;
const noBuffer = Buffer.alloc(0);
