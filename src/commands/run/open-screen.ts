import { Failure } from '../../base/failure.ts';
import type { Io, Screen } from '../../base/io.ts';

/** Makes sure that there is somebody to draw for, on something that can be drawn on. @throws Failure `usage` */
export function needTerminal(io: Io, hint: string): void {
  if (io.stdin.isTTY && io.stdout.isTTY) {
    if (io.env.TERM !== 'dumb') return;
    throw new Failure('usage', 'nothing can be drawn on this terminal: TERM is dumb', { hint });
  }
  const which = io.stdin.isTTY ? 'standard output' : 'standard input';
  throw new Failure('usage', `${which} is no terminal`, { hint });
}

/** Does something on the screen, and gives the terminal back as it was. */
export async function withScreen<T>(io: Io, altScreen: boolean, act: (screen: Screen) => Promise<T>): Promise<T> {
  const screen = io.openScreen({ altScreen });
  if (!screen) throw new Failure('usage', 'there is no terminal to draw on');
  try {
    return await act(screen);
  } finally {
    await screen.close();
  }
}
