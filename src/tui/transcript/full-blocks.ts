import type { BlockStore } from './block-store.ts';
import { createBlockMaker, type TranscriptBlock } from './blocks.ts';
import type { TranscriptSource } from './transcript-source.ts';

/** Blocks in full, read again from the session; of those that were, as many are kept as there is room for. */
export class FullBlocks {
  readonly #source: TranscriptSource;
  readonly #blocks: BlockStore;
  readonly #kept = new Map<number, { block: TranscriptBlock; size: number }>();
  #size = 0;
  #wanted = '';
  #reading = new AbortController();

  constructor(source: TranscriptSource, blocks: BlockStore) {
    this.#source = source;
    this.#blocks = blocks;
  }

  get(index: number): TranscriptBlock | null {
    const found = this.#kept.get(index);
    // At the end of a session that grows, others may have come to stand there.
    if (!found || found.block.seq !== this.#blocks.seqAt(index)) return null;
    this.#kept.delete(index);
    this.#kept.set(index, found);
    return this.#blocks.marked(found.block);
  }

  /**
   * Reads those that are not there; what was wanted before is not read any more.
   *
   * @param onRead hears whether all of them were found
   */
  want(indices: readonly number[], onRead: (isWhole: boolean) => void): void {
    const missing = indices.filter((index) => this.get(index) === null);
    const wanted = missing.join();
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#reading.abort();
    if (missing.length === 0) return;
    this.#reading = new AbortController();
    const { signal } = this.#reading;
    void this.read(missing, signal)
      // What cannot be read again stays as it is known.
      .catch(() => new Map<number, TranscriptBlock>())
      .then((read) => {
        if (signal.aborted) return;
        this.#wanted = '';
        for (const index of missing) this.#keep(index, read.get(index) ?? this.#blocks.get(index));
        onRead(missing.every((index) => read.has(index)));
      });
  }

  /** @throws what the source throws */
  async read(indices: readonly number[], signal: AbortSignal): Promise<Map<number, TranscriptBlock>> {
    const read = new Map<number, TranscriptBlock>();
    const bySeq = new Map(indices.map((index) => [this.#blocks.seqAt(index), index]));
    const turns = indices.map((index) => this.#blocks.turnAt(index));
    const maker = createBlockMaker({ most: () => mostOfFull, isFull: ({ seq }) => bySeq.has(seq) });
    const take = (made: readonly TranscriptBlock[]) => {
      for (const block of made) {
        const index = bySeq.get(block.seq);
        // What an event itself shows comes last.
        if (index !== undefined)
          read.set(index, { ...this.#blocks.marked(block), joins: this.#blocks.get(index).joins });
      }
    };
    // A message may be made by the turn behind it.
    const range = { from: Math.min(...turns), to: Math.max(...turns) + 1 };
    const last = Math.max(...bySeq.keys());
    for await (const events of this.#source.read(range, signal, () => {})) {
      for (const event of events) take(maker.add(event));
      if (signal.aborted || (read.size === bySeq.size && (events.at(-1)?.seq ?? -1) >= last)) return read;
    }
    take(maker.end());
    return read;
  }

  close(): void {
    this.#reading.abort();
  }

  #keep(index: number, block: TranscriptBlock): void {
    const size = block.paragraphs.reduce(
      (sum, { text }) => sum + text.reduce((length, span) => length + span.text.length, 64),
      0,
    );
    this.#kept.set(index, { block, size });
    this.#size += size;
    for (const [oldest, { size: freed }] of this.#kept) {
      if (this.#size <= mostKept || oldest === index) break;
      this.#kept.delete(oldest);
      this.#size -= freed;
    }
  }
}

/** Characters of one block. */
const mostOfFull = 512 * 1024;
const mostKept = 8 * 1024 * 1024;
