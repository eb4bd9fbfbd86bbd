import { createHash } from 'node:crypto';
import type { RolloutFile } from '../../store/rollout-file.ts';
import { renumber } from './renumber.ts';

/** Bytes of a rollout that a fork copies; `end` is the first one that it does not. */
export interface CopiedRange {
  rollout: RolloutFile;
  start: number;
  end: number;
  /** By how much the ordinals are lowered. */
  lowered: number;
}

/**
 * The content of a fork: its session_meta, what it inherits as a copy, and what it adds. Nothing of it is held in memory but a
 * block.
 */
export class ChildContent {
  readonly #head: Buffer;
  readonly #copied: AsyncIterable<Buffer>;
  readonly #tail: Buffer;
  readonly #hash = createHash('sha256');
  #bytes = 0;

  /** @param copied whole lines; blocks may be reused once the next one is asked for */
  constructor(head: string, copied: AsyncIterable<Buffer>, tail: string) {
    this.#head = Buffer.from(head);
    this.#copied = copied;
    this.#tail = Buffer.from(tail);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    yield this.#head;
    for await (const block of this.#copied) {
      this.#hash.update(block);
      this.#bytes += block.length;
      yield block;
    }
    if (this.#tail.length > 0) yield this.#tail;
  }

  /** What was copied, once all was read: where it stands in the fork, and its SHA-256. To be asked for once. */
  copied(): { start: number; end: number; sha256: string } {
    const start = this.#head.length;
    return { start, end: start + this.#bytes, sha256: this.#hash.digest('hex') };
  }
}

/** The ranges one behind the other, each with a line feed at its end. */
export async function* readRanges(ranges: readonly CopiedRange[], signal: AbortSignal): AsyncGenerator<Buffer> {
  for (const range of ranges) {
    let last = LF;
    const blocks = readRange(range);
    for await (const block of range.lowered > 0 ? renumber(blocks, range.lowered) : blocks) {
      signal.throwIfAborted();
      if (block.length > 0) last = block[block.length - 1] as number;
      yield block;
    }
    if (last !== LF) yield Buffer.from('\n');
  }
}

async function* readRange({ rollout, start, end }: CopiedRange): AsyncGenerator<Buffer> {
  let at = 0;
  if (end <= start) return;
  for await (const block of rollout.blocks()) {
    const from = Math.max(0, start - at);
    const to = Math.min(block.length, end - at);
    if (to > from) yield at === 0 && from === 0 ? withoutMark(block.subarray(0, to)) : block.subarray(from, to);
    at += block.length;
    if (at >= end) return;
  }
}

/** Within a file, the byte order mark of a beginning would damage a line. */
function withoutMark(block: Buffer): Buffer {
  return block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf ? block.subarray(3) : block;
}

const LF = 0x0a;
