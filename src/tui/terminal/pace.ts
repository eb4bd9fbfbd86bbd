import type { Clock } from '../../base/io.ts';

/** Something that is done when it is asked for, but not more often than a screen shows. */
export interface Pace {
  /** Has it done soon: at once when it was not done lately. */
  ask(): void;
  close(): void;
}

export function createPace(clock: Clock, act: () => void): Pace {
  const controller = new AbortController();
  const { signal } = controller;
  let isAsked = false;
  let doneAt = -Infinity;

  async function wait(): Promise<void> {
    // What is asked for by one key, or comes in one piece, is done at once.
    await null;
    const late = Math.min(frameMs, doneAt + frameMs - clock.now());
    if (late > 0) await clock.sleep(late, signal);
    if (signal.aborted) return;
    isAsked = false;
    doneAt = clock.now();
    act();
  }

  return {
    ask() {
      if (isAsked || signal.aborted) return;
      isAsked = true;
      void wait();
    },
    close: () => controller.abort(),
  };
}

/** 30 in a second. */
const frameMs = 33;
