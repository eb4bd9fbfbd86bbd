import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { makeRunRig, type RunRig } from '../screens/run-rig.ts';
import { hasSandbox } from '../support/sandbox-mode.ts';
import { hasTmux, startTmux, type Window } from '../support/tmux.ts';

let tmux: ReturnType<typeof startTmux>;
beforeAll(() => {
  if (hasTmux) tmux = startTmux({ columns: 90, rows: 24 });
});
afterAll(() => {
  if (hasTmux) tmux.stop();
});

const shell = (command: string, more: object = {}) => ({ name: 'shell_command', arguments: { command, ...more } });

/** Where a run is when it is ended. `mark` is to be found on the command lines of what it has started. */
interface Moment {
  steps(mark: string): unknown[];
  config?(mark: string): string;
  argv: string;
  reach(window: Window): Promise<unknown>;
  /** Texts that have been seen, and are recorded therefore. */
  recorded: string[];
}

const moments: Record<string, Moment> = {
  'while it opens': {
    steps: () => [],
    // It never answers, and talks where nobody listens.
    config: (mark) =>
      `[mcp_servers.mute]\ncommand = "bash"\nargs = ["-c", "while echo noise ${mark} >&2; do sleep 0.02; done"]\n`,
    argv: '',
    reach: (window) => window.shows('opening'),
    recorded: [],
  },
  'while a command runs': {
    steps: (mark) => [
      {
        text: 'I work.',
        calls: [shell(`echo begun; : ${mark}; trap '' TERM HUP; (sleep 600; : ${mark}) & sleep 600; : ${mark}`)],
      },
    ],
    argv: 'work',
    reach: (window) => window.shows('begun'),
    recorded: ['"message":"work"', 'I work.', 'begun'],
  },
  'while it asks': {
    steps: () => [
      { text: 'I ask.', calls: [shell('touch asked', { with_escalated_permissions: true, justification: 'so' })] },
    ],
    argv: 'ask',
    reach: (window) => window.shows('Run this command?'),
    recorded: ['"message":"ask"', 'I ask.', 'touch asked'],
  },
  'while it summarises': {
    steps: () => [{ text: 'Said.' }, { delay: '60s', text: 'A summary.' }],
    argv: 'say',
    async reach(window) {
      await window.shows('go on, / for');
      window.type('/compact');
      await window.shows('/compact');
      window.press('Enter');
      await window.shows('summarising');
    },
    recorded: ['"message":"say"', 'Said.'],
  },
};

const ends: Record<string, { act(window: Window): void; exit: number }> = {
  'by SIGTERM': { act: (window) => window.kill('SIGTERM'), exit: 143 },
  'by SIGHUP': { act: (window) => window.kill('SIGHUP'), exit: 129 },
  'by SIGKILL': { act: (window) => window.kill('SIGKILL'), exit: 137 },
  'with its terminal': { act: (window) => window.close(), exit: 129 },
};

const rounds = Object.keys(moments).flatMap((moment) => Object.keys(ends).map((end) => [moment, end] as const));
let count = 0;

describe.skipIf(!hasTmux || !hasSandbox)('a run that is ended', () => {
  it.concurrent.each(rounds)('%s, %s', { timeout: 60_000 }, async (when, how) => {
    const [moment, end] = [moments[when] as Moment, ends[how] as (typeof ends)[string]];
    const mark = `mark-${process.pid}-${count++}`;
    const rig = makeRunRig(tmux);
    rig.home.write('config.toml', moment.config?.(mark) ?? '');
    // The shell outlives its terminal, and tells how the program ended.
    const window = rig.open(moment.steps(mark), moment.argv, { before: "trap '' HUP; " });
    await moment.reach(window);
    const hasStarted = moment.config !== undefined || when === 'while a command runs';
    if (hasStarted) await until(() => pidsOf(mark).length > 0);
    expect(window.screen()).not.toContain('noise');
    end.act(window);
    expect(await window.ended()).toBe(end.exit);
    await until(() => pidsOf(mark).length === 0);
    if (how === 'by SIGTERM' || how === 'by SIGHUP') {
      const { stty, cursor, alternate } = window.modes();
      expect(stty).toMatch(/ icanon .* echo /s);
      expect({ cursor, alternate }).toEqual({ cursor: '1', alternate: '0' });
    }
    const rows = await rig.rows();
    expect(rows.map(({ live, damage }) => [live, damage])).toEqual(moment.argv === '' ? [] : [[false, []]]);
    if (how !== 'by SIGKILL') expect(lockFiles(rig)).toEqual([]);
    if (moment.argv === '') return;
    const before = JSON.stringify(await rig.lines());
    for (const text of moment.recorded) expect(before).toContain(text);
    if (how !== 'by SIGKILL' && when !== 'while it summarises') expect(before).toContain('"type":"turn_aborted"');
    expect((await rig.exec([{ text: 'There again.' }], ['resume', '--last', 'go on'])).code).toBe(0);
    expect((await rig.run(['validate'])).code).toBe(0);
  });
});

function pidsOf(mark: string): number[] {
  const { stdout } = spawnSync('pgrep', ['-f', mark], { encoding: 'utf8' });
  return stdout.split('\n').filter(Boolean).map(Number);
}

function lockFiles(rig: RunRig): string[] {
  return readdirSync(join(rig.home.path, 'thread-writer-locks')).filter((name) => /^[0-9a-f]/.test(name));
}

async function until(isTrue: () => boolean): Promise<void> {
  const end = Date.now() + 45_000;
  while (!isTrue()) {
    if (Date.now() > end) throw new Error('it took too long');
    await systemClock.sleep(30);
  }
}
