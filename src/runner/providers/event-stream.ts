import { BrokenAnswer } from './failed.ts';
import type { IdleWatch } from './idle-watch.ts';
import type { AnswerLimits } from './limits.ts';

/**
 * The data of each server-sent event of a body, in order; events without data are left out. Only as much is read as is
 * asked for. The time between two events counts as idle, whatever else comes in between: comments keep no stream alive,
 * nor does a byte now and then. A last event without its empty line counts when the body ended in order.
 *
 * Throws `BrokenAnswer`: `limit` past a bound, `stream` for what is no UTF-8; and what the reader of the body throws.
 */
export async function* eventsOf(
  reader: ByteReader,
  limits: AnswerLimits,
  idle: IdleWatch,
): AsyncGenerator<string, void, void> {
  const { createParser } = await import('eventsource-parser');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const blocks = new BlockGatherer();
  let ready: string[] = [];
  let total = 0;
  let count = 0;
  let isTooLong = false;
  const parser = createParser({
    maxBufferSize: limits.eventBytes,
    onEvent: ({ data }) => ready.push(data),
    onError: ({ type }) => {
      isTooLong ||= type === 'max-buffer-size-exceeded';
    },
  });
  for (let isOver = false; !isOver; ) {
    idle.wait();
    const { done, value } = await reader.read();
    isOver = done;
    total += value?.length ?? 0;
    const block = blocks.add(value, isOver);
    if (block) parser.feed(decode(decoder, block, isOver) + (isOver ? '\n\n' : ''));
    const events = ready;
    ready = [];
    for (const data of events) {
      if (data === '') continue;
      if (++count > limits.events) throw new BrokenAnswer('limit', `an answer of more than ${limits.events} events`);
      idle.rest();
      yield data;
    }
    if (isTooLong) throw new BrokenAnswer('limit', `an event of more than ${limits.eventBytes} bytes`);
    if (total > limits.answerBytes) {
      throw new BrokenAnswer('limit', `an answer of more than ${limits.answerBytes} bytes`);
    }
  }
}

/** What a `ReadableStream` of bytes is read with. */
export interface ByteReader {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
}

function decode(decoder: InstanceType<typeof TextDecoder>, block: Uint8Array, isLast: boolean): string {
  try {
    return decoder.decode(block, { stream: !isLast });
  } catch {
    throw new BrokenAnswer('stream', 'the server sent text that is not UTF-8');
  }
}

/** Holds chunks back until a line ends in one or 64 KiB are there: a long line in tiny chunks would be a heap of strings. */
class BlockGatherer {
  #block = Buffer.allocUnsafe(64 * 1024);
  #length = 0;

  /** Bytes to go on with, valid until the next call; null when there is nothing to do yet. */
  add(chunk: Uint8Array | undefined, isLast: boolean): Uint8Array | null {
    const bytes = chunk ?? new Uint8Array();
    if (this.#length + bytes.length > this.#block.length) {
      const joined = Buffer.concat([this.#block.subarray(0, this.#length), bytes]);
      this.#length = 0;
      return joined;
    }
    this.#block.set(bytes, this.#length);
    this.#length += bytes.length;
    if (!isLast && !bytes.includes(LF) && !bytes.includes(CR)) return null;
    const whole = this.#block.subarray(0, this.#length);
    this.#length = 0;
    return whole;
  }
}

const LF = 10;
const CR = 13;
