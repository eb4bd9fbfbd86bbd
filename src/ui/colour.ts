import picocolors from 'picocolors';
import type { Io } from '../base/io.ts';

/** Functions that wrap text in a colour, or give it back unchanged. */
export type Colours = ReturnType<typeof picocolors.createColors>;

/** Colour on stdout: only on a terminal, and never with NO_COLOR (not empty), TERM=dumb or when the user said no. */
export function chooseColours(io: Io, wanted: boolean): Colours {
  const { NO_COLOR, TERM } = io.env;
  return picocolors.createColors(wanted && io.stdout.isTTY && !NO_COLOR && TERM !== 'dumb');
}

/** For text that must be the same wherever it goes. */
export const noColours: Colours = picocolors.createColors(false);
