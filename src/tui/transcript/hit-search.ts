import type { Clock } from '../../base/io.ts';
import type { Needle } from './hits.ts';
import type { TranscriptReader } from './transcript-reader.ts';
import { found, lookedThrough, type TranscriptState } from './transcript-state.ts';

export interface HitSearchOptions {
  reader: Pick<TranscriptReader, 'search'>;
  clock: Clock;
  isPlain: boolean;
  /** Blocks that may be shown by now. */
  limit(): number;
  /** Hears what becomes of the transcript. */
  onFound(how: (state: TranscriptState) => TranscriptState): void;
}

/** Looks for one thing at a time. */
export class HitSearch {
  readonly #options: HitSearchOptions;
  #stop = new AbortController();
  /** What is being looked for; what waits for another letter is not. */
  #running: Needle | null = null;

  constructor(options: HitSearchOptions) {
    this.#options = options;
  }

  /** @param isTyped it waits a moment for the next letter */
  start(needle: Needle | null, isTyped: boolean): void {
    if (needle !== null && needle === this.#running) return;
    this.close();
    this.#stop = new AbortController();
    if (needle) void this.#search(needle, isTyped, this.#stop.signal);
  }

  close(): void {
    this.#stop.abort();
    this.#running = null;
  }

  async #search(needle: Needle, isTyped: boolean, signal: AbortSignal): Promise<void> {
    const { reader, clock, isPlain, limit, onFound } = this.#options;
    if (isTyped) await clock.sleep(pauseMs, signal);
    if (signal.aborted) return;
    this.#running = needle;
    let told = 0;
    const onShare = (share: number) => {
      const percent = Math.min(99, Math.floor(share * 100));
      if (signal.aborted || percent <= told) return;
      told = percent;
      onFound((state) => lookedThrough(state, needle, percent));
    };
    let how: (state: TranscriptState) => TranscriptState;
    try {
      const hits = await reader.search(needle, isPlain, signal, onShare);
      how = (state) => found(state, hits, limit());
    } catch (error) {
      const notice = error instanceof Error ? error.message : String(error);
      how = (state) => ({ ...state, search: null, notice });
    }
    if (signal.aborted) return;
    this.#running = null;
    onFound(how);
  }
}

/** Shorter than between two words, longer than between two letters. */
const pauseMs = 150;
