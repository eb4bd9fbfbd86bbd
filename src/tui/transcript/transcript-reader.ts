import type { Clock } from '../../base/io.ts';
import { keepHeapSmall } from '../../base/small-heap.ts';
import type { Event } from '../../model/event.ts';
import type { SeqRange } from '../../model/rollback.ts';
import { BlockStore } from './block-store.ts';
import { type BlockMaker, createBlockMaker, type TranscriptBlock } from './blocks.ts';
import { FullBlocks } from './full-blocks.ts';
import { type HitList, HitLister, hitsAmong } from './hit-list.ts';
import type { Needle } from './hits.ts';
import type { TranscriptSource } from './transcript-source.ts';

/** A session as blocks, the first of which are there before the others are read. Nobody but `onChange` is told of errors. */
export class TranscriptReader {
  readonly blocks = new BlockStore();
  /** What was there is not read to its end yet. */
  isReading = true;
  /** More may come. */
  isGrowing: boolean;
  /** Why the reading has ended early; null when it has not. */
  failure: string | null = null;
  readonly #source: TranscriptSource;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #stop = new AbortController();
  readonly #full: FullBlocks;
  readonly #maker: BlockMaker;
  #lastSeq = -1;
  #waiting: Event[] = [];
  #toldAt = -Infinity;
  #stopMore = () => {};
  #notice: string | null = null;
  /** By the last search, of the blocks as they were then. */
  #found: { hits: HitList; version: number; count: number; isPlain: boolean } | null = null;
  /** Resolves once what was there is read. */
  readonly #whole: Promise<void>;
  #onWhole = () => {};
  readonly #onEvent: OnEvent;

  /** @param onEvent hears how many blocks there are after each event; the event is null for what is said after the last */
  constructor(source: TranscriptSource, clock: Clock, onChange: () => void, onEvent: OnEvent = () => {}) {
    this.#source = source;
    this.isGrowing = source.onMore !== undefined || source.follow !== undefined;
    this.#clock = clock;
    this.#onChange = onChange;
    this.#onEvent = onEvent;
    this.#whole = new Promise((resolve) => {
      this.#onWhole = resolve;
    });
    this.#full = new FullBlocks(source, this.blocks);
    this.#maker = createBlockMaker({ most: () => this.blocks.most });
  }

  start(): void {
    keepHeapSmall();
    this.#stopMore =
      this.#source.onMore?.((events) => {
        if (this.isReading) this.#waiting.push(...events);
        else this.#add(events);
        if (!this.isReading) this.#onChange();
      }) ?? this.#stopMore;
    void this.#read().then(() => this.#onWhole());
  }

  close(): void {
    this.#stop.abort();
    this.#full.close();
    this.#stopMore();
  }

  /** All of a block; null while it is not there, see `want`. */
  full(index: number): TranscriptBlock | null {
    return this.blocks.isCutAt(index) ? this.#full.get(index) : this.blocks.get(index);
  }

  /** Reads these blocks in full, if they are not there; others that were wanted before are not read any more. */
  want(indices: readonly number[]): void {
    this.#full.want(indices, (isWhole) => {
      if (!isWhole) this.#notice = lost;
      this.#onChange();
    });
  }

  /** What the user should know, once. */
  takeNotice(): string | null {
    const notice = this.#notice;
    this.#notice = null;
    return notice;
  }

  /** All of a block. @throws Error when it cannot be read again */
  async readFull(index: number): Promise<TranscriptBlock> {
    if (!this.blocks.isCutAt(index)) return this.blocks.get(index);
    const full = (await this.#full.read([index], this.#stop.signal)).get(index);
    if (!full) throw new Error(lost);
    return full;
  }

  /**
   * Looks for a text in all blocks, also in what is not shown of them.
   *
   * @param onShare hears how much of them was looked at, from 0 to 1
   * @throws Error when they cannot be read again
   */
  async search(
    needle: Needle,
    isPlain: boolean,
    signal: AbortSignal,
    onShare: (share: number) => void = () => {},
  ): Promise<HitList> {
    await this.#whole;
    const [version, count] = [this.blocks.version, this.blocks.count];
    const among = await this.#searchAmong(needle, isPlain, signal);
    const hits = among ?? (await this.#searchAll(needle, isPlain, signal, onShare));
    if (!signal.aborted) this.#found = { hits, version, count, isPlain };
    return hits;
  }

  /** Null where what was found last does not tell. */
  async #searchAmong(needle: Needle, isPlain: boolean, signal: AbortSignal): Promise<HitList | null> {
    const known = this.#found;
    const isSame = () => known?.version === this.blocks.version && known.count === this.blocks.count;
    if (!known || known.isPlain !== isPlain || !isSame()) return null;
    let restedAt = this.#clock.now();
    return hitsAmong(this.blocks, known.hits, { needle, isPlain }, async () => {
      restedAt = await this.#rest(restedAt);
      return !signal.aborted && isSame();
    });
  }

  async #searchAll(
    needle: Needle,
    isPlain: boolean,
    signal: AbortSignal,
    onShare: (share: number) => void,
  ): Promise<HitList> {
    const lister = new HitLister(this.blocks, needle, isPlain);
    const stop = AbortSignal.any([signal, this.#stop.signal]);
    const wanted = this.#lastSeq;
    let last = -1;
    let restedAt = this.#clock.now();
    for await (const events of this.#source.read(null, stop, () => {})) {
      for (const [at, event] of events.entries()) {
        lister.add(event);
        if (at % restEvery === 0) restedAt = await this.#rest(restedAt);
        if (stop.aborted) break;
      }
      last = events.at(-1)?.seq ?? last;
      onShare(Math.min(1, (last + 1) / (wanted + 1)));
      restedAt = await this.#rest(restedAt);
      if (stop.aborted) break;
    }
    // Nothing found in a session that is gone does not mean that it is not there.
    if (last < wanted && !stop.aborted) throw new Error(lost);
    lister.end();
    return lister.hits;
  }

  async #read(): Promise<void> {
    const { signal } = this.#stop;
    try {
      let restedAt = this.#clock.now();
      for await (const events of this.#events(signal)) {
        for (let at = 0; at < events.length; at += restEvery) {
          if (signal.aborted) return;
          this.#add(events.slice(at, at + restEvery));
          this.#tell();
          restedAt = await this.#rest(restedAt);
        }
      }
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
    if (signal.aborted) return;
    this.isReading = false;
    this.isGrowing = this.#source.onMore !== undefined;
    this.#add(this.#waiting);
    this.#waiting = [];
    // What goes on may still bring the event of a message.
    if (!this.#source.onMore) {
      this.#store(this.#maker.end());
      this.#onEvent(null, this.blocks.count);
    }
    this.#onChange();
  }

  #events(signal: AbortSignal): AsyncIterable<readonly Event[]> {
    const onTakenBack = (ranges: readonly SeqRange[]) => this.blocks.takeBack(ranges);
    if (!this.#source.follow) return this.#source.read(null, signal, onTakenBack);
    const onCaughtUp = () => {
      if (signal.aborted) return;
      this.isReading = false;
      // More may still come; until then this is what the end looks like.
      this.blocks.setTail(this.#joined(this.#maker.endSoFar()));
      this.#onWhole();
      this.#onChange();
    };
    return this.#source.follow(signal, { onTakenBack, onCaughtUp });
  }

  #add(events: readonly Event[]): void {
    for (const event of events) {
      if (event.seq <= this.#lastSeq) continue;
      this.#lastSeq = event.seq;
      this.#store(this.#maker.add(event));
      this.#onEvent(event, this.blocks.count);
    }
  }

  #store(blocks: readonly TranscriptBlock[]): void {
    for (const block of this.#joined(blocks)) this.blocks.add(block);
  }

  /** Nothing stands before the first. */
  #joined(blocks: readonly TranscriptBlock[]): readonly TranscriptBlock[] {
    return blocks.map((block, at) => (at === 0 && this.blocks.count === 0 ? { ...block, joins: true } : block));
  }

  #tell(): void {
    const now = this.#clock.now();
    if (now - this.#toldAt < tellEveryMs) return;
    this.#toldAt = now;
    this.#onChange();
  }

  /** Lets keys be heard. @returns when that was */
  async #rest(restedAt: number): Promise<number> {
    if (this.#clock.now() - restedAt < restEveryMs) return restedAt;
    await this.#clock.sleep(0);
    return this.#clock.now();
  }
}

type OnEvent = (event: Event | null, blocks: number) => void;

const lost = 'the session cannot be read again: it was moved, or is gone';
const tellEveryMs = 100;
const restEveryMs = 15;
const restEvery = 64;
