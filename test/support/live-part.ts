import type { Window } from './tmux.ts';

/** Answers the question that stands there, once it has stood there for so long that keys count. */
export async function answer(window: Window, ...keys: string[]): Promise<void> {
  await window.shows('y yes · n no');
  await untilKeysCount();
  window.press(...keys);
}

/** A key that is pressed right behind another one, or behind a question, is for neither. */
export function untilKeysCount(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 260));
}

/** Waits until nothing runs, and something can be said. */
export async function idle(window: Window): Promise<void> {
  const free = /^›.*(?:go on|say what there is to do), \/ for/m;
  for (let tries = 0; !free.test(window.rows().join('\n')); tries++) {
    if (tries > 600) throw new Error(`nothing can be said:\n${window.screen()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Rows of what is shown while a session goes on, wherever they stand: there must be one of each at most. */
export function liveRowsIn(text: string): string[] {
  return text.split('\n').filter((row) => live.some((each) => each.test(row)));
}

const live = [
  /· Esc interrupts|^interrupting|Ctrl-C again leaves|no session is open/,
  /^› /,
  /^⧗ /,
  /^⋯ /,
  /^\? /,
  /^ {2}sandbox: /,
  /: s shows all$/,
  /y yes · n no/,
  / · (?:untrusted|on-request|never)(?: ·|$)/,
];
