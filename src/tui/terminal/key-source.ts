import type { Clock, Screen } from '../../base/io.ts';
import type { Key } from '../keys/key.ts';
import { KeyParser } from '../keys/parse-keys.ts';
import { UnmarkedPaste } from '../keys/unmarked-paste.ts';

/** Where keys come from. Whoever listens last has them all, so that what opens over something else takes its keys. */
export interface KeySource {
  /** @returns gives the keys back to whoever had them before */
  listen(listener: (key: Key) => void): () => void;
}

/**
 * The keys of a screen.
 *
 * @param onEnd there will be no more: the terminal is gone
 */
export function openKeySource(
  screen: Pick<Screen, 'onInput'>,
  clock: Clock,
  onEnd: () => void,
): KeySource & { close(): void } {
  const parser = new KeyParser();
  const pastes = new UnmarkedPaste();
  const listeners: ((key: Key) => void)[] = [];
  let waiting = new AbortController();
  const give = (keys: readonly Key[]) => {
    for (const key of keys) listeners.at(-1)?.(key);
  };
  const stop = screen.onInput((bytes) => {
    waiting.abort();
    if (bytes === null) return onEnd();
    give(pastes.take(parser.push(bytes), bytes.length, clock.now()));
    if (!parser.isWaiting) return;
    waiting = new AbortController();
    const { signal } = waiting;
    void clock.sleep(escapeMs, signal).then(() => {
      if (!signal.aborted) give(parser.flush());
    });
  });
  return {
    listen(listener) {
      // Each listening is one of its own, also of the same function.
      const own = (key: Key) => listener(key);
      listeners.push(own);
      return () => void listeners.splice(listeners.indexOf(own), 1);
    },
    close() {
      waiting.abort();
      stop();
    },
  };
}

/** How long an Esc waits for the rest of a sequence. */
const escapeMs = 50;
