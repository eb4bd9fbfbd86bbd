import { writeSync } from 'node:fs';
import type { Screen, ScreenOptions } from './io.ts';
import { beforeEnd } from './last-acts.ts';
import { hasJobs, openRawTerminal } from './raw-terminal.ts';
import { createScreenModes } from './screen-modes.ts';
import { createScreenWriter } from './screen-writer.ts';
import { splitStops } from './split-stops.ts';

/** Takes the terminal of standard input and output; see `Io.openScreen`. Both must be a terminal. */
export function openScreen({ altScreen }: ScreenOptions): Screen {
  const { stdout } = process;
  const modes = createScreenModes();
  const writer = createScreenWriter();
  const inputs = new Set<(bytes: Uint8Array | null) => void>();
  const redraws = new Set<() => void>();
  let hasEnded = false;
  let closing: Promise<void> | null = null;

  const redraw = () => {
    for (const listener of [...redraws]) listener();
  };
  const tell = (bytes: Uint8Array | null) => {
    if (hasEnded) return;
    hasEnded = bytes === null;
    for (const listener of [...inputs]) listener(bytes);
  };
  const pieces = splitStops();
  const terminal = openRawTerminal({
    onBytes(bytes) {
      if (!hasJobs) return tell(bytes);
      for (const piece of pieces(bytes)) {
        if (piece === 'stop') void stop();
        else tell(piece);
      }
    },
    onEnd: () => tell(null),
    onStop: () => void stop(),
    onTaken() {
      try {
        // Who was in the background was told of no new size.
        process.emit('SIGWINCH');
      } catch {
        // A terminal that goes away lets its programs go on, to hear of it: the end of the input tells of it.
        return;
      }
      writer.release(modes.enter());
      redraw();
    },
  });
  const forget = beforeEnd(() => {
    terminal.close();
    // What lands later would stand behind it.
    writer.cut();
    try {
      writeSync(1, modes.leave());
    } catch {
      // Nobody is there any more, or takes anything.
    }
  });

  async function stop(): Promise<void> {
    if (closing || !writer.hold(modes.leave())) return;
    await writer.drained(stopMs);
    if (!closing) terminal.stop();
  }

  async function close(): Promise<void> {
    stdout.removeListener('resize', redraw);
    inputs.clear();
    redraws.clear();
    writer.release('');
    writer.write(modes.leave());
    await writer.drained(closeMs);
    terminal.close();
    forget();
  }

  stdout.on('resize', redraw);
  writer.write(modes.start(altScreen));
  return {
    get columns() {
      return stdout.columns || 80;
    },
    get rows() {
      return stdout.rows || 24;
    },
    write(text) {
      if (closing) return;
      modes.note(text);
      writer.write(text);
    },
    onInput(listener) {
      inputs.add(listener);
      if (hasEnded) queueMicrotask(() => inputs.has(listener) && listener(null));
      return () => inputs.delete(listener);
    },
    onRedraw(listener) {
      redraws.add(listener);
      return () => redraws.delete(listener);
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** How long a terminal may take for what was written before. */
const stopMs = 200;
const closeMs = 2000;
