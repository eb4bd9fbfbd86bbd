import type { Clock } from '../../base/io.ts';
import type { Timeline } from './timeline.ts';

/** Goes through a timeline in its time, and elsewhere when it is told to. Nothing but the clock is waited for. */
export class Playback {
  isPaused = false;
  speed: number;
  readonly #timeline: Timeline;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  /** Frames that are shown. */
  #shown = 0;
  /** Of the time before the next one, what has passed. */
  #waited = 0;
  /** When that was counted last, and whether there was a next one. */
  #countedAt: number;
  #hadNext = false;
  /** Until the first frame of this chapter, nothing waits. */
  #hurryTo = 0;
  #chapterBeganAt: number;
  #wake = new AbortController();
  #isResting = false;
  #isClosed = false;

  constructor(timeline: Timeline, speed: number, clock: Clock, onChange: () => void) {
    this.#timeline = timeline;
    this.speed = speed;
    this.#clock = clock;
    this.#onChange = onChange;
    this.#countedAt = clock.now();
    this.#chapterBeganAt = this.#countedAt;
  }

  /** Blocks that are shown by now. */
  get end(): number {
    return this.#timeline.endAt(this.#shown - 1);
  }

  get turn(): number {
    return this.#timeline.turnAt(this.#shown - 1);
  }

  /** Milliseconds from the beginning, at the speed of the record. */
  get at(): number {
    return this.#timeline.timeAt(this.#shown - 1) + (this.#hasNext ? this.#waited : 0);
  }

  get isOver(): boolean {
    return this.#timeline.isComplete && !this.#hasNext;
  }

  /** Plays until it is closed. */
  async run(): Promise<void> {
    while (!this.#isClosed) {
      const before = this.#shown;
      this.#count();
      if (this.#shown !== before) this.#onChange();
      this.#wake = new AbortController();
      const { signal } = this.#wake;
      this.#isResting = this.isPaused || !this.#hasNext;
      if (this.#isResting) await woken(signal);
      else await this.#clock.sleep(Math.min(Math.max(frameMs, this.#rest), tickMs), signal);
      if (this.#isClosed || signal.aborted) continue;
      // The time that is shown goes on, too.
      this.#count();
      this.#onChange();
    }
  }

  /** More is known of the timeline. */
  grown(): void {
    if (this.isPaused ? this.#shown === 0 || this.#chapter < this.#hurryTo : this.#isResting) this.#wake.abort();
  }

  close(): void {
    this.#isClosed = true;
    this.#wake.abort();
  }

  pause(isPaused: boolean): void {
    this.#act(() => {
      this.isPaused = isPaused;
    });
  }

  step(): void {
    this.#act(() => {
      if (this.#hasNext) this.#show();
    });
  }

  /** To the next chapter. */
  next(): void {
    this.#act(() => {
      this.#hurryTo = Math.max(this.#hurryTo, this.#chapter) + 1;
      this.#hurry();
    });
  }

  /** To the beginning of the chapter; to the one before, shortly after that. */
  back(): void {
    this.#act(() => {
      const begin = this.#timeline.beginOf(this.#chapter);
      const isAtStart = this.#shown - begin <= 1 || this.#clock.now() - this.#chapterBeganAt < atStartMs;
      const chapter = Math.max(0, isAtStart ? this.#chapter - 1 : this.#chapter);
      this.#hurryTo = chapter;
      this.#shown = Math.min(this.#timeline.count, this.#timeline.beginOf(chapter) + 1);
      this.#waited = 0;
      this.#chapterBeganAt = this.#clock.now();
    });
  }

  setSpeed(speed: number): void {
    this.#act(() => {
      this.speed = Math.min(fastest, Math.max(slowest, speed));
    });
  }

  get #hasNext(): boolean {
    return this.#shown < this.#timeline.count;
  }

  get #chapter(): number {
    return this.#shown === 0 ? 0 : this.#timeline.chapterAt(this.#shown - 1);
  }

  get #rest(): number {
    return (this.#nextDelay - this.#waited) / this.speed;
  }

  /** Milliseconds between the last frame and the next one. */
  get #nextDelay(): number {
    return this.#shown === 0 ? 0 : this.#timeline.timeAt(this.#shown) - this.#timeline.timeAt(this.#shown - 1);
  }

  #act(how: () => void): void {
    this.#count();
    how();
    this.#hadNext = this.#hasNext;
    this.#wake.abort();
    this.#onChange();
  }

  /** Shows what has become due. */
  #count(): void {
    const now = this.#clock.now();
    // Who was stopped goes on where that was.
    const passed = Math.min(longestGapMs, Math.max(0, now - this.#countedAt)) * this.speed;
    this.#countedAt = now;
    const { isPaused } = this;
    this.#hurry();
    // Who waits for the file to be read has not waited for what comes then.
    if (this.#hadNext && !isPaused) this.#waited += passed;
    while (!isPaused && this.#hasNext && this.#waited >= this.#nextDelay) {
      const rest = this.#waited - this.#nextDelay;
      this.#show();
      this.#waited = rest;
    }
    this.#hadNext = this.#hasNext;
    if (!this.#hadNext) this.#waited = 0;
  }

  #hurry(): void {
    while (this.#hasNext && this.#shown > 0 && this.#chapter < this.#hurryTo) this.#show();
  }

  #show(): void {
    const before = this.#chapter;
    this.#shown++;
    this.#waited = 0;
    if (this.#chapter !== before || this.#shown === 1) this.#chapterBeganAt = this.#clock.now();
  }
}

function woken(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** What a viewer who goes back a second time within this means is the chapter before. */
const atStartMs = 1000;
/** 30 in a second. */
const frameMs = 33;
const tickMs = 500;
const longestGapMs = 2 * tickMs;
const slowest = 1 / 1024;
const fastest = 1024;
