import { expect } from 'vitest';
import type { Window } from '../support/tmux.ts';
import { comparable, factsOf, type RunRig } from './run-rig.ts';

/** Nothing runs. */
export const idle = 'go on, / for commands';

/** One turn: what is said, how it is answered, and what the user does meanwhile on the screen, and where `exec` asks. */
export interface Said {
  say: string;
  steps: unknown[];
  onScreen?: (window: Window) => Promise<void>;
  typed?: string;
  /** Of `exec`. */
  argv?: string[];
  interrupts?: boolean;
}

/** The same with `exec`, one run for each turn. */
export async function byExec(rig: RunRig, turns: readonly Said[]): Promise<void> {
  for (const [index, { say, steps, typed, argv = [], interrupts = false }] of turns.entries()) {
    const words = index === 0 ? [...argv, say] : ['resume', '--last', ...argv, say];
    const signal = interrupts ? new AbortController() : undefined;
    const terminal = typed === undefined ? {} : { stdin: typed, isTerminal: true };
    const ended = rig.exec(steps, words, { ...terminal, ...(signal && { signal }) });
    if (signal) {
      while ((await rig.rows())[0]?.tool_calls !== 1) await new Promise((resolve) => setTimeout(resolve, 50));
      signal.abort();
    }
    await ended;
  }
}

/** The same with `run`. */
export async function byRun(rig: RunRig, turns: readonly Said[], argv = ''): Promise<Window> {
  const all = turns.flatMap(({ steps }) => steps);
  const window = rig.open(all, argv);
  for (const { say, onScreen } of turns) {
    await window.shows(/say what there is to do|go on, \/ for commands/);
    window.type(say);
    await window.shows(`› ${say}`);
    window.press('Enter');
    await window.shows(new RegExp(`^> ${say}$`, 'm'));
    await onScreen?.(window);
    await window.shows(idle);
  }
  return window;
}

/** What both have recorded in the end: every session, in the order in which they were begun. */
export async function expectSame(mine: RunRig, theirs: RunRig): Promise<void> {
  const [rows, others] = await Promise.all([mine.rows(), theirs.rows()]);
  const byId = (a: { thread_id: string }, b: { thread_id: string }) => (a.thread_id < b.thread_id ? -1 : 1);
  rows.sort(byId);
  others.sort(byId);
  expect(comparable(rows.map(factsOf), mine)).toEqual(comparable(others.map(factsOf), theirs));
  for (const [index, row] of rows.entries()) {
    const other = others[index] as (typeof others)[number];
    expect([row.source, other.source]).toEqual(['cli', 'exec']);
    expect(comparable(await mine.lines(row.thread_id), mine)).toEqual(
      comparable(await theirs.lines(other.thread_id), theirs),
    );
  }
  expect((await mine.run(['validate'])).code).toBe(0);
}

/** Types a line, sends it, and waits for what comes of it. */
export async function command(window: Window, text: string, shown: string | RegExp): Promise<void> {
  await window.shows(/say what there is to do|go on, \/ for commands/);
  window.type(text);
  await window.shows(`› ${text}`);
  window.press('Enter');
  await window.shows(shown);
}
