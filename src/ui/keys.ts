import type { Io } from '../base/io.ts';

/** What a key means to the player. */
export type Key = 'pause' | 'step' | 'next' | 'back' | 'quit' | 'redraw';

/** Waits for time to pass, or for a key. */
export interface Keys {
  /**
   * The next key that was pressed, or null once `ms` have passed without one.
   * @throws the reason of the signal when it fires
   */
  next(ms: number): Promise<Key | null>;
  /** Gives the terminal back. */
  close(): void;
}

/** @param stdin the terminal that has the keys; null for a player that none can reach */
export function openKeys({ clock, signal }: Pick<Io, 'clock' | 'signal'>, stdin: Io['stdin'] | null): Keys {
  const queue: Key[] = [];
  const parse = createKeyParser();
  let pressed = new AbortController();
  const wake = () => pressed.abort();
  signal.addEventListener('abort', wake);
  const close = stdin?.listenForKeys((bytes) => {
    // Without its terminal, nobody watches.
    queue.push(...(bytes ? parse(bytes) : ['quit' as const]));
    if (queue.length > 0) wake();
  });
  return {
    async next(ms) {
      for (let rest = ms; ; ) {
        signal.throwIfAborted();
        const key = queue.shift();
        if (key) return key;
        if (rest <= 0) return null;
        pressed = new AbortController();
        const piece = Math.min(rest, longestSleepMs);
        const before = clock.now();
        await clock.sleep(piece, pressed.signal);
        rest -= pressed.signal.aborted ? Math.max(0, clock.now() - before) : piece;
      }
    },
    close() {
      signal.removeEventListener('abort', wake);
      close?.();
    },
  };
}

/** More than a timer can be set to. */
const longestSleepMs = 2 ** 30;

/** Reads keys from the bytes that a terminal sends; a sequence may come in pieces. What means nothing is passed over. */
function createKeyParser(): (bytes: Uint8Array) => Key[] {
  let sequence = '';
  return (bytes) => {
    const keys: Key[] = [];
    for (const byte of bytes) {
      const character = String.fromCharCode(byte);
      if (character === escapeKey) sequence = escapeKey;
      else if (sequence === escapeKey && /[[O]/.test(character)) sequence += character;
      else if (sequence.length > 1 && /[\d;]/.test(character)) continue;
      else {
        const key = sequence.length > 1 ? arrows.get(character) : letters.get(character);
        if (key) keys.push(key);
        sequence = '';
      }
    }
    return keys;
  };
}

const escapeKey = '\u001b';
const letters = new Map<string, Key>([
  [' ', 'pause'],
  ['.', 'step'],
  ['q', 'quit'],
  ['\f', 'redraw'],
]);
/** The last character of what the key sends: `ESC [ C`, `ESC O C`, `ESC [ 1 ; 2 C`. */
const arrows = new Map<string, Key>([
  ['C', 'next'],
  ['D', 'back'],
]);
