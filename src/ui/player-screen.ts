import type { Io } from '../base/io.ts';
import type { Colours } from './colour.ts';
import type { Screen } from './player.ts';
import { truncate } from './text-width.ts';

/** A terminal that shows whole lines, and below them, while it is paused, which keys there are. */
export function openScreen({ stdout }: Pick<Io, 'stdout'>, colours: Colours): Screen {
  let hasStatus = false;

  async function write(text: string): Promise<void> {
    const erase = hasStatus ? eraseLine : '';
    hasStatus = false;
    if (erase || text) await stdout.write(erase + text);
  }

  return {
    show: write,
    resume: () => write(''),
    clear: () => write(clearScreen),
    async pause() {
      if (hasStatus) return;
      // The last column stays free, so that the line cannot wrap.
      await stdout.write(colours.dim(truncate(keysLine, stdout.columns - 1)));
      hasStatus = true;
    },
  };
}

const keysLine = '-- paused: space goes on, . one step, ← → by turn, q leaves --';
const eraseLine = '\r\u001b[K';
const clearScreen = '\u001b[H\u001b[2J';
