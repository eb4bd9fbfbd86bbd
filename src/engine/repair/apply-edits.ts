import type { Edit } from './edit.ts';

/** A part of the original or of the result, in order. Bytes are valid until the next part is asked for. */
export type Part =
  | { kind: 'kept'; bytes: Buffer }
  | { kind: 'taken'; edit: Edit; bytes: Buffer; isFirst: boolean; isLast: boolean }
  | { kind: 'added'; edit: Edit; bytes: Buffer };

/**
 * Goes through a content with its edits: each byte of it is either kept or taken out.
 *
 * @param blocks the content that the edits are of
 * @param edits ascending
 */
export async function* applyEdits(blocks: AsyncIterable<Buffer>, edits: AsyncIterable<Edit>): AsyncGenerator<Part> {
  const source = new Source(blocks);
  try {
    for await (const edit of edits) {
      for await (const bytes of source.upTo(edit.offset)) yield { kind: 'kept', bytes };
      let left = edit.length;
      for await (const bytes of source.upTo(edit.offset + edit.length)) {
        const isFirst = left === edit.length;
        left -= bytes.length;
        yield { kind: 'taken', edit, bytes, isFirst, isLast: left === 0 };
      }
      if (left !== 0) throw new Error(`an edit at byte ${edit.offset} is beyond the end`);
      if (edit.added !== '') yield { kind: 'added', edit, bytes: Buffer.from(edit.added) };
    }
    for await (const bytes of source.upTo(Number.POSITIVE_INFINITY)) yield { kind: 'kept', bytes };
  } finally {
    await source.close();
  }
}

/** Hands out a stream of blocks up to given places. */
class Source {
  readonly #blocks: AsyncIterator<Buffer>;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(blocks: AsyncIterable<Buffer>) {
    this.#blocks = blocks[Symbol.asyncIterator]();
  }

  async *upTo(end: number): AsyncGenerator<Buffer> {
    while (this.#at < end) {
      if (this.#block.length === 0) {
        const next = await this.#blocks.next();
        if (next.done) return;
        this.#block = next.value;
        continue;
      }
      const bytes = this.#block.subarray(0, Math.min(this.#block.length, end - this.#at));
      this.#block = this.#block.subarray(bytes.length);
      this.#at += bytes.length;
      yield bytes;
    }
  }

  async close(): Promise<void> {
    await this.#blocks.return?.();
  }
}
