import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildScript } from '../support/built.ts';
import { idle, liveRowsIn } from '../support/live-part.ts';
import { makeRunRig, type RunRig, shell, sizes } from '../support/run-in-tmux.ts';
import { hasTmux, startTmux, type Window } from '../support/tmux.ts';

const [size] = sizes;
const screens = fileURLToPath(new URL('../../dist/load-tui.cjs', import.meta.url));

describe.skipIf(!hasTmux)('the terminal is given back as it was', () => {
  const terminal = startTmux();
  let script: string;
  beforeAll(async () => {
    script = await buildScript('crashing-run');
  });
  afterAll(() => terminal.stop());
  // A shell with settings of its own stands for whatever the user has.
  const before = [
    'stty -ixon intr ^X; stty -a > stty; echo typed here',
    // All that the program writes is kept.
    `tmux pipe-pane "cat >> '$PWD/bytes'"; until [ -e bytes ]; do sleep 0.01; done`,
  ].join('; ');

  /** Opens a session in which a command runs, once the screen has taken the terminal. */
  async function start(words = ''): Promise<{ rig: RunRig; window: Window; found: object }> {
    const rig = makeRunRig(terminal);
    const steps = [{ calls: [shell('sleep 500')] }];
    const window = rig.run(steps, { size, before, words: `-a never ${words} hello` });
    await window.shows('⋯ $ sleep 500');
    const taken = window.modes();
    expect(taken.stty).toMatch(/-icanon/);
    expect(taken).toMatchObject({ cursor: '0', alternate: words === '' ? '0' : '1' });
    expect(leftOn(rig.read('bytes'))).toContain('2004');
    return { rig, window, found: { ...untouched, stty: rig.read('stty') } };
  }

  it.each([
    ['an exit', '', (window: Window) => window.press('C-c', 'C-d'), 0],
    ['SIGTERM', '', (window: Window) => window.kill('SIGTERM'), 143],
    ['SIGTERM', '--alt-screen', (window: Window) => window.kill('SIGTERM'), 143],
    ['SIGHUP', '', (window: Window) => window.kill('SIGHUP'), 129],
    ['SIGINT', '', (window: Window) => window.kill('SIGINT'), 130],
    ['SIGINT', '--alt-screen', (window: Window) => window.kill('SIGINT'), 130],
  ] as const)('after %s %s', async (_, words, end, code) => {
    const { rig, window, found } = await start(words);
    end(window);
    expect(await window.ended()).toBe(code);
    expect(window.modes()).toMatchObject(found);
    expect(leftOn(rig.read('bytes'))).toEqual([]);
    const left = window.screen();
    expect(left.startsWith('typed here\n')).toBe(true);
    expect(left).toMatch(/sessions resume [0-9a-f-]{36}/);
    expect(liveRowsIn(left)).toEqual([]);
  });

  it.each([
    ['of what is shown', 'inline', 'r', /the screen cannot be drawn: it broke\^\[\[2J/],
    ['of what is shown', 'alt', 'r', /the screen cannot be drawn: it broke\^\[\[2J/],
    ['of what nobody waits for', 'inline', 'u', /sessions: it broke\^\[\[2J/],
    ['of what nobody waits for', 'alt', 'u', /sessions: it broke\^\[\[2J/],
  ])('after a crash %s (%s)', async (_, where, key, told) => {
    const rig = makeRunRig(terminal);
    const line = `'${process.execPath}' '${script}' ${where} '${screens}'`;
    const window = terminal.open(`${before}; ${line}`, rig.work, rig.env, size);
    await idle(window);
    expect(window.modes().stty).toMatch(/-icanon/);
    window.press(key);
    expect(await window.ended()).toBe(2);
    expect(window.modes()).toMatchObject({ ...untouched, stty: rig.read('stty') });
    expect(leftOn(rig.read('bytes'))).toEqual([]);
    expect(window.screen()).toMatch(told);
    expect(liveRowsIn(window.screen())).toEqual([]);
  });

  it('when the window is closed, and the session can be gone on with', async () => {
    const { window, rig } = await start();
    const [id] = window.screen().match(/[0-9a-f-]{36}/) ?? [];
    const pid = window.pid();
    window.close();
    while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
    const again = rig.run([{ text: 'here again' }], { command: 'resume', size, words: `${id} 'go on'` });
    await again.shows('here again');
    again.press('C-d');
    expect(await again.ended()).toBe(0);
  });
});

/** Modes of a terminal that are not as they were at the beginning, after all these bytes. */
function leftOn(bytes: string): string[] {
  const on = new Map<string, boolean>();
  for (const [, codes = '', end] of bytes.matchAll(/\u001b\[\?([\d;]+)([hl])/g)) {
    for (const code of codes.split(';')) on.set(code, end === 'h');
  }
  const isUsual = ([code, isOn]: [string, boolean]) => isOn === ['7', '25'].includes(code);
  // Of the keyboard: kitty's protocol, and modifyOtherKeys.
  const keyboard = bytes.match(/\u001b\[(?:>[\d;]*u|=[\d;]+u|>4[\d;]*m)/g) ?? [];
  return [...[...on].filter((mode) => !isUsual(mode)).map(([code]) => code), ...keyboard];
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const untouched = { cursor: '1', alternate: '0', mouse: '0' };
