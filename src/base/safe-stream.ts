import { escapeRest } from './safe-text.ts';

/**
 * Text that comes in pieces, made harmless for a terminal as `escapeForTerminal` does it, with the same result as if it had come
 * at once: what the next piece decides about waits for it.
 */
export interface SafeStream {
  /** What can be shown now. */
  add(text: string): string;
  /** What still waits; the next piece begins a new text. */
  end(): string;
}

export function createSafeStream(): SafeStream {
  /** The last characters that were shown, because the meaning of those behind them depends on them. */
  let before = '';
  let waiting = '';
  const show = (text: string) => {
    const all = before + text;
    const shown = escapeRest(all, before.length);
    before = all.slice(-contextLength);
    return shown;
  };
  return {
    add(text) {
      const all = waiting + text;
      waiting = undecided.exec(all)?.[0] ?? '';
      return show(all.slice(0, all.length - waiting.length));
    },
    end() {
      const shown = show(waiting);
      before = waiting = '';
      return shown;
    },
  };
}

/** A joiner, which stays between two pictograms only, and half a character. */
const undecided = /\u200d?[\uD800-\uDBFF]$|\u200d$/;
const contextLength = 8;
