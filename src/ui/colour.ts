import type { Io } from '../base/io.ts';

/** Functions that wrap text in a colour, or give it back unchanged. */
export type Colours = typeof noColours;

/** Colour on stdout: only on a terminal, and never with NO_COLOR (not empty), TERM=dumb or when the user said no. */
export async function chooseColours(io: Io, wanted: boolean): Promise<Colours> {
  const { NO_COLOR, TERM } = io.env;
  if (!wanted || !io.stdout.isTTY || NO_COLOR || TERM === 'dumb') return noColours;
  return loadColours();
}

/** Colour wherever the text goes, for one that a terminal will show another time. */
export async function loadColours(): Promise<Colours> {
  // It opens Node's stream of standard output as soon as it is loaded, which takes long and a pipe has no use for.
  const { default: picocolors } = await import('picocolors');
  return picocolors.createColors(true);
}

/** For text that must be the same wherever it goes. */
export const noColours = {
  bold: plain,
  dim: plain,
  red: plain,
  green: plain,
  yellow: plain,
  blue: plain,
  magenta: plain,
  cyan: plain,
  italic: plain,
  underline: plain,
};

function plain(text: string): string {
  return text;
}
