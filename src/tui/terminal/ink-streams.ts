import { Readable, Writable } from 'node:stream';
import type { Screen } from '../../base/io.ts';

/**
 * The streams that ink wants. It is run such that it writes whole frames and nothing else (`debug`): as it draws by itself, it keeps all that
 * was ever printed, erases the scrollback when a frame does not fit, smears when a terminal becomes narrower, and draws
 * nothing where the environment says `CI`.
 */
export function inkStreams(screen: Pick<Screen, 'columns'>, onFrame: (frame: string) => void) {
  const stdout = new Writable({
    decodeStrings: false,
    write(frame, _encoding, done) {
      onFrame(String(frame));
      done();
    },
  });
  // Whoever is no terminal gets no sequences of ink's own. It hears of no new size: the views do, and are laid out again.
  Object.defineProperties(stdout, {
    columns: { get: () => screen.columns },
    rows: { value: Infinity },
    isTTY: { value: false },
  });
  const stdin = new Readable({ read() {} });
  return { stdout: stdout as unknown as NodeJS.WriteStream, stdin: stdin as unknown as NodeJS.ReadStream };
}
