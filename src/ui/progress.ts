import type { Io } from '../base/io.ts';
import { oneLine } from '../base/safe-text.ts';

/** One line on stderr that says how far a long work has come. */
export interface Progress {
  /** The line's new text. Cheap: it is drawn at most ten times a second. */
  show(text: string): void;
  /** The same at once, for what stands there for a while. @returns false where nothing is ever drawn */
  showNow(text: string): boolean;
  /** Clears the line. Nothing is drawn after that. */
  stop(): Promise<void>;
}

/** Nothing is shown without a terminal, nor for work that ends within half a second. */
export function startProgress(io: Io): Progress {
  const { stderr, clock } = io;
  if (!stderr.isTTY || io.env.TERM === 'dumb') return { show() {}, showNow: () => false, async stop() {} };
  let due = clock.now() + quietMs;
  let drawing: Promise<void> | undefined;
  let stopped = false;
  return {
    show(text) {
      const now = clock.now();
      if (stopped || now < due) return;
      due = now + redrawMs;
      drawing = draw(text);
    },
    showNow(text) {
      if (!stopped) drawing = draw(text);
      return true;
    },
    async stop() {
      stopped = true;
      await drawing;
      if (drawing) await stderr.write(clearLine);
    },
  };

  async function draw(text: string): Promise<void> {
    // It takes a while to load, and most commands end before anything is drawn.
    const { truncate } = await import('./text-width.ts');
    await stderr.write(`${clearLine}${truncate(oneLine(text), stderr.columns - 1)}`);
  }
}

const quietMs = 500;
const redrawMs = 100;
const clearLine = '\r\x1b[K';
