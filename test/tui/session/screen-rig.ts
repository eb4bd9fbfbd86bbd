import { systemClock } from '../../../src/base/clock.ts';
import type { RunSessionOptions, SessionEnd } from '../../../src/tui/index.ts';
import { runSession } from '../../../src/tui/index.ts';
import { noColours } from '../../../src/ui/colour.ts';
import { DrawnScreen } from '../../support/drawn-screen.ts';
import { type ScriptedPorts, scriptedPorts } from './scripted-ports.ts';

/** To be fired after each test. */
export const stops: AbortController[] = [];

interface Setting {
  columns?: number;
  rows?: number;
  ports?: ScriptedPorts;
  prompt?: string;
  altScreen?: boolean;
}

export function prepare({ columns = 80, rows = 24, ports = scriptedPorts(), prompt, altScreen = false }: Setting) {
  const screen = new DrawnScreen({ columns, rows });
  const stop = new AbortController();
  stops.push(stop);
  const options = {
    ...{ screen, ports, altScreen, clock: systemClock, colours: noColours, signal: stop.signal },
    ...{
      cwd: '/here',
      workIn: null,
      all: false,
      includeExec: false,
      prompt: prompt ?? null,
      images: [],
      version: '9.9',
    },
  };
  return { screen, stop, options, ports };
}

export function start(setting: Setting = {}, begin: RunSessionOptions['start'] = { kind: 'new' }) {
  const { screen, stop, options, ports } = prepare(setting);
  const end: Promise<SessionEnd> = runSession({ ...options, start: begin });
  end.catch(() => {});
  const agent = () => ports.agents.opened.at(-1) as ScriptedPorts['agents']['opened'][number];
  return { screen, stop, end, agent, shows: (what: string | RegExp) => shows(screen, what) };
}

export async function shows(screen: DrawnScreen, what: string | RegExp): Promise<void> {
  const end = Date.now() + 15_000;
  const isThere = () =>
    typeof what === 'string' ? screen.shown().join('\n').includes(what) : what.test(screen.shown().join('\n'));
  while (!isThere()) {
    if (Date.now() > end) throw new Error(`${what} is not on the screen:\n${screen.shown().join('\n')}`);
    await pause(10);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
