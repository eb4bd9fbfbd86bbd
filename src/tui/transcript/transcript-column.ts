import type { Look } from './layout.ts';
import { type LaidOut, layOut, rowOfHit } from './layout.ts';
import type { TranscriptReader } from './transcript-reader.ts';
import { isFull, type TranscriptColumn, type TranscriptState } from './transcript-state.ts';

/** The blocks of a reader, laid out when they are looked at. */
export interface LaidColumn extends TranscriptColumn {
  laidOut(block: number): LaidOut;
  /** Blocks that may be shown, whichever are. */
  limit: number;
}

/** Lays out blocks, and remembers those that were looked at lately. */
export class Layouts {
  readonly #reader: Pick<TranscriptReader, 'blocks' | 'full'>;
  readonly #known = new Map<string, LaidOut>();
  readonly #most: () => number;
  #rows = 0;

  /** @param most blocks that may be shown by now */
  constructor(reader: Pick<TranscriptReader, 'blocks' | 'full'>, most: () => number = () => Infinity) {
    this.#reader = reader;
    this.#most = most;
  }

  columnOf(state: TranscriptState, columns: number, isPlain: boolean): LaidColumn {
    const { blocks } = this.#reader;
    const { only, withTimes, search } = state;
    const look: Look = { columns, isPlain, withTimes, needle: search?.needle ?? null };
    const key = `${blocks.version} ${columns} ${isPlain} ${withTimes} ${look.needle?.isExact} ${look.needle?.text}`;
    const laidOut = (block: number) => this.#layOut(block, isFull(state, block), look, key);
    const limit = Math.min(blocks.count, this.#most());
    return {
      first: Math.min(only?.first ?? 0, limit),
      end: Math.min(only?.end ?? limit, limit),
      limit,
      laidOut,
      height: (block) => Math.max(1, laidOut(block).rows.length),
      hasGap: (block) => !blocks.get(block).joins,
      isReady: (block) => !isFull(state, block) || this.#reader.full(block) !== null,
      rowOfHit: (block, nth) => rowOfHit(laidOut(block), Math.min(nth, laidOut(block).hits - 1)),
    };
  }

  #layOut(index: number, wantsFull: boolean, look: Look, key: string): LaidOut {
    const full = wantsFull ? this.#reader.full(index) : null;
    const name = `${index} ${full !== null} ${key}`;
    const known = this.#known.get(name);
    if (known) {
      this.#known.delete(name);
      this.#known.set(name, known);
      return known;
    }
    const made = layOut(full ?? this.#reader.blocks.get(index), look);
    this.#known.set(name, made);
    this.#rows += made.rows.length;
    for (const [oldest, { rows }] of this.#known) {
      if (this.#rows <= mostRows || oldest === name) break;
      this.#known.delete(oldest);
      this.#rows -= rows.length;
    }
    return made;
  }
}

const mostRows = 4000;
