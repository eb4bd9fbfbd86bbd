import type { Io } from '../base/io.ts';
import { oneLine } from '../base/safe-text.ts';
import { truncate } from './text-width.ts';

/** One line on stderr that says how far a long work has come. */
export interface Progress {
  /** The line's new text. Cheap: it is drawn at most ten times a second. */
  show(text: string): void;
  /** Clears the line. Nothing is drawn after that. */
  stop(): Promise<void>;
}

/** Nothing is shown without a terminal, nor for work that ends within half a second. */
export function startProgress(io: Io): Progress {
  const { stderr, clock } = io;
  if (!stderr.isTTY || io.env.TERM === 'dumb') return { show() {}, async stop() {} };
  let due = clock.now() + quietMs;
  let drawn = false;
  let stopped = false;
  return {
    show(text) {
      const now = clock.now();
      if (stopped || now < due) return;
      due = now + redrawMs;
      drawn = true;
      void stderr.write(`${clearLine}${truncate(oneLine(text), stderr.columns - 1)}`);
    },
    async stop() {
      stopped = true;
      if (drawn) await stderr.write(clearLine);
    },
  };
}

const quietMs = 500;
const redrawMs = 100;
const clearLine = '\r\x1b[K';
