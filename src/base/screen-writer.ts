import { openDescriptor } from './write-descriptor.ts';

/** Writes to the terminal of standard output, in order, without waiting. */
export interface ScreenWriter {
  write(text: string): void;
  /**
   * What is written from now on stays here.
   *
   * @param last is still written
   * @returns false when that is so already
   */
  hold(last: string): boolean;
  /** @param first is written before what was held */
  release(first: string): void;
  /** Resolves when all that is not held is with the terminal, or cannot be, or after that time in milliseconds. */
  drained(patienceMs: number): Promise<void>;
  /** Drops what was not begun, and waits where nobody can: for what is just being written, a moment. */
  cut(): void;
}

export function createScreenWriter(write = openDescriptor(1, 'the terminal')): ScreenWriter {
  let waiting: string[] = [];
  let held: string[] | null = null;
  let writing: Promise<void> | null = null;

  /** What came meanwhile goes in one piece. */
  async function writeAll(): Promise<void> {
    try {
      while (waiting.length > 0) {
        const text = waiting.join('');
        waiting = [];
        await write(text);
      }
    } catch {
      // Nobody is there any more, which the input tells of as well.
    } finally {
      writing = null;
    }
  }

  function put(text: string): void {
    if (text === '') return;
    waiting.push(text);
    writing ??= writeAll();
  }

  return {
    write(text) {
      if (held) held.push(text);
      else put(text);
    },
    hold(last) {
      if (held) return false;
      put(last);
      held = [];
      return true;
    },
    release(first) {
      const text = held ?? [];
      held = null;
      put(first);
      for (const each of text) put(each);
    },
    async drained(patienceMs) {
      if (!writing) return;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patienceMs);
      });
      await Promise.race([writing, late]);
      clearTimeout(timer);
    },
    cut() {
      waiting = [];
      // The thread that writes goes on meanwhile; it tells of its end only to who comes back to the event loop.
      if (writing) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, cutMs);
    },
  };
}

/** A terminal takes a frame in less than one. */
const cutMs = 20;
