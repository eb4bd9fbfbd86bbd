import type { Clock } from '../base/io.ts';
import type { Key, Keys } from './keys.ts';

/** One thing to be shown. */
export interface Step {
  text: string;
  /** Milliseconds after the step before. */
  delayMs: number;
  /** Counts from 0, and never goes back: the arrow keys go from one to the other. */
  chapter: number;
}

/** Where steps are shown. */
export interface Screen {
  show(text: string): Promise<void>;
  /** Shows that the replay is paused, until something is shown or `resume` is called. */
  pause(chapter: number): Promise<void>;
  resume(): Promise<void>;
  clear(): Promise<void>;
}

export interface Stage {
  screen: Screen;
  keys: Keys;
  clock: Clock;
}

/**
 * Shows each step in its time and does what the keys say; the only place where a replay waits. Going back opens the steps
 * anew, so none is kept.
 *
 * @param open gives the steps from a chapter on
 * @returns whether the viewer left before the end
 * @throws the reason of the signal that stopped it
 */
export async function play(open: (chapter: number) => AsyncIterable<Step>, stage: Stage): Promise<'ended' | 'left'> {
  let isPaused = false;
  for (let from = 0; ; ) {
    const round: Round = new Round(stage, from, isPaused);
    const end: End = await round.play(open(from));
    if (typeof end !== 'number') return end;
    await stage.screen.clear();
    from = end;
    isPaused = round.isPaused;
  }
}

/** How a round ends; a number is the chapter to go on from. */
type End = 'ended' | 'left' | number;

/** What a viewer who goes back a second time within this means is the chapter before. */
const atStartMs = 1000;

/** From one chapter to the end, or to the key that goes back. */
class Round {
  isPaused: boolean;
  readonly #stage: Stage;
  /** The chapter of the step that was shown last. */
  #chapter = -1;
  #shownInChapter = 0;
  #chapterBeganMs = 0;
  /** Until the first step of this chapter, nothing waits. */
  #hurryTo: number;

  constructor(stage: Stage, from: number, isPaused: boolean) {
    this.#stage = stage;
    this.#hurryTo = from;
    this.isPaused = isPaused;
  }

  async play(steps: AsyncIterable<Step>): Promise<End> {
    const { screen, clock } = this.#stage;
    try {
      for await (const step of steps) {
        const next = await this.#wait(step.delayMs);
        if (next !== 'show') return next;
        await screen.show(step.text);
        if (step.chapter !== this.#chapter) {
          this.#chapter = step.chapter;
          this.#shownInChapter = 0;
          this.#chapterBeganMs = clock.now();
        }
        this.#shownInChapter++;
      }
      return 'ended';
    } finally {
      await screen.resume();
    }
  }

  /** Until the next step is to be shown, unless a key leads elsewhere. */
  async #wait(delayMs: number): Promise<'show' | 'left' | number> {
    const { screen, clock, keys } = this.#stage;
    for (let rest = delayMs; ; ) {
      const hurries = this.#chapter < this.#hurryTo;
      const waits = this.isPaused && !hurries;
      if (waits) await screen.pause(this.#chapter);
      const before = clock.now();
      const key = await keys.next(hurries ? 0 : waits ? Number.POSITIVE_INFINITY : rest);
      if (key === null) return 'show';
      if (!waits) rest = Math.max(0, rest - Math.max(0, clock.now() - before));
      if (key === 'quit') return 'left';
      if (key === 'back') return this.#chapterBefore();
      if (key === 'step' && waits) return 'show';
      await this.#obey(key);
    }
  }

  async #obey(key: Key): Promise<void> {
    if (key === 'next') this.#hurryTo = Math.max(this.#hurryTo, this.#chapter) + 1;
    if (key === 'pause') this.isPaused = !this.isPaused;
    if (key === 'pause' || key === 'redraw') await this.#stage.screen.resume();
  }

  #chapterBefore(): number {
    const isAtStart = this.#shownInChapter <= 1 || this.#stage.clock.now() - this.#chapterBeganMs < atStartMs;
    return Math.max(0, isAtStart ? this.#chapter - 1 : this.#chapter);
  }
}
