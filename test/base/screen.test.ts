import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFolder } from '../builders.ts';
import { buildScript } from '../support/built.ts';

const hasTmux = spawnSync('tmux', ['-V']).status === 0;
const folder = makeFolder();
const server = ['-S', join(folder, 'tmux'), '-f', '/dev/null'];
let script: string;

beforeAll(async () => {
  script = await buildScript('screen-run');
  if (hasTmux) tmux('new-session', '-d', '-x', '80', '-y', '24', 'sleep 600');
}, 60_000);

afterAll(() => {
  if (hasTmux) spawnSync('tmux', [...server, 'kill-server']);
});

describe.skipIf(!hasTmux)('a screen on a real terminal', () => {
  it('gives the bytes of all keys, and is given back', async () => {
    const terminal = new Terminal('inline');
    expect(await terminal.shows('ready at 80x24')).toContain('before');
    expect(terminal.flags()).toMatchObject({ cursor: '0', alternate: '0' });
    for (const [key, hex] of [
      ['C-c', '03'],
      ['C-\\', '1c'],
      ['C-d', '04'],
      ['C-s', '13'],
      ['Up', '1b5b41'],
      ['é', 'c3a9'],
    ] as const) {
      terminal.press(key);
      await terminal.shows(`got ${hex} `);
    }
    terminal.press('q');
    await terminal.endsAs('0');
  });

  it('marks what is pasted, in which Ctrl-Z is text', async () => {
    const terminal = new Terminal('inline');
    await terminal.shows('ready');
    tmux('set-buffer', 'a\x1ab');
    tmux('paste-buffer', '-p', '-t', terminal.window);
    await terminal.shows('got 1b5b3230307e611a621b5b3230317e');
    terminal.press('q');
    await terminal.endsAs('0');
  });

  it('uses the other screen, and leaves what was on this one', async () => {
    const terminal = new Terminal('alt');
    expect(await terminal.shows('ready')).not.toContain('before');
    expect(terminal.flags()).toMatchObject({ alternate: '1' });
    terminal.press('q');
    await terminal.endsAs('0');
    expect(terminal.screen()).toContain('before');
    expect(terminal.screen()).not.toContain('ready');
  });

  it('tells of another size', async () => {
    const terminal = new Terminal('inline');
    await terminal.shows('ready at 80x24');
    tmux('resize-window', '-t', terminal.window, '-x', '40', '-y', '12');
    await terminal.shows('drawn at 40x12');
    terminal.press('q');
    await terminal.endsAs('0');
  });

  it.each([
    ['e', '7', ''],
    ['x', '2', 'sessions: '],
  ])('is given back by an end with %s', async (key, code, told) => {
    const terminal = new Terminal('alt');
    await terminal.shows('ready');
    terminal.press(key);
    await terminal.endsAs(code);
    expect(terminal.screen()).toContain('before');
    expect(terminal.screen()).toContain(told);
  });

  it.each(['INT', 'TERM', 'HUP'])('is given back after SIG%s', async (signal) => {
    const terminal = new Terminal('alt', 'orderly');
    await terminal.shows('ready');
    terminal.send(signal);
    await terminal.endsAs('3');
  });

  it.each([
    ['TERM', '143'],
    ['HUP', '129'],
  ])('is given back by a second SIG%s, which ends what hangs', async (signal, code) => {
    const terminal = new Terminal('alt', 'stuck');
    await terminal.shows('ready');
    terminal.send(signal);
    await terminal.shows('stopping');
    terminal.send(signal);
    await terminal.endsAs(code);
    expect(terminal.screen()).toContain('before');
  });

  it('is given back when the time for an orderly end is over', async () => {
    const terminal = new Terminal('alt', 'stuck');
    await terminal.shows('ready');
    terminal.send('TERM');
    await terminal.shows('stopping');
    await terminal.endsAs('143');
  });

  it('is given back for a stop, and taken again as it is then', async () => {
    const terminal = new Terminal('alt', 'orderly', true);
    await terminal.shows('ready at 80x24');
    terminal.press('C-z');
    await terminal.shows('Stopped');
    expect(terminal.flags()).toMatchObject({ cursor: '1', alternate: '0' });
    expect(terminal.screen()).toContain('before');
    tmux('resize-window', '-t', terminal.window, '-x', '50', '-y', '20');
    terminal.goOn('fg');
    await terminal.shows('drawn at 50x20');
    expect(terminal.flags()).toMatchObject({ cursor: '0', alternate: '1' });
    terminal.press('q');
    await terminal.endsAs('0');
  });

  it('ends by a signal that comes while it is stopped', async () => {
    const terminal = new Terminal('alt', 'orderly', true);
    await terminal.shows('ready');
    terminal.press('C-z');
    await terminal.shows('Stopped');
    terminal.goOn('kill %1; fg');
    await terminal.endsAs('3');
    expect(terminal.flags()).toMatchObject({ cursor: '1', alternate: '0' });
  });

  it('hears that the terminal is gone', async () => {
    const terminal = new Terminal('inline', 'stuck');
    await terminal.shows('ready');
    tmux('kill-window', '-t', terminal.window);
    await until(() => spawnSync('kill', ['-0', terminal.pid()]).status !== 0);
  });
});

/** A window in which the script runs under bash. */
class Terminal {
  readonly window: string;
  private readonly base: string;

  /** @param hasJobs whether the shell is one in which a program can be stopped */
  constructor(where: 'alt' | 'inline', onSignal: 'orderly' | 'stuck' = 'orderly', hasJobs = false) {
    this.base = join(folder, String(runs++));
    const run = `sh -c 'echo $$ > ${this.base}.pid; exec ${process.execPath} ${script} ${where} ${onSignal}'`;
    // What the terminal is set to is asked by the shell itself: an interactive one changes it for its own lines.
    const lines = `echo before; stty -a > ${this.base}.before; ${run}`;
    const after = `echo $? > ${this.base}.code; stty -a > ${this.base}.after; sleep 600`;
    writeFileSync(`${this.base}.sh`, hasJobs ? `set -m\nPS1='$ '\n` : `${lines}; ${after}\n`);
    const command = hasJobs ? `bash --noprofile --rcfile ${this.base}.sh -i` : `bash ${this.base}.sh`;
    this.window = tmux('new-window', '-d', '-P', '-F', '#{window_id}', command).trim();
    tmux('resize-window', '-t', this.window, '-x', '80', '-y', '24');
    if (hasJobs) {
      writeFileSync(`${this.base}.run`, lines);
      writeFileSync(`${this.base}.end`, after);
      this.press(`. ${this.base}.run`, 'Enter');
    }
  }

  /** @param command brings the stopped script to the foreground of the shell */
  goOn(command: string): void {
    this.press(`${command}; . ${this.base}.end`, 'Enter');
  }

  screen(): string {
    return tmux('capture-pane', '-p', '-J', '-t', this.window).trimEnd();
  }

  async shows(what: string): Promise<string> {
    await until(
      () => this.screen().includes(what),
      () => `no '${what}' in:\n${this.screen()}`,
    );
    return this.screen();
  }

  flags() {
    const format = '#{cursor_flag} #{alternate_on}';
    const [cursor, alternate] = tmux('display-message', '-p', '-t', this.window, format).trim().split(' ');
    return { cursor, alternate };
  }

  press(...keys: string[]): void {
    tmux('send-keys', '-t', this.window, ...keys);
  }

  pid(): string {
    return readFileSync(`${this.base}.pid`, 'utf8').trim();
  }

  send(signal: string): void {
    execFileSync('kill', [`-${signal}`, this.pid()]);
  }

  /** The first line has the size. */
  private modes(when: 'before' | 'after'): string {
    return readFileSync(`${this.base}.${when}`, 'utf8').replace(/^.*\n/, '');
  }

  /** It has ended with that code, and the terminal is as it was. */
  async endsAs(code: string): Promise<void> {
    await until(
      () => existsSync(`${this.base}.after`) && readFileSync(`${this.base}.after`, 'utf8').endsWith('\n'),
      () => `no end:\n${this.screen()}`,
    );
    expect(readFileSync(`${this.base}.code`, 'utf8').trim()).toBe(code);
    expect(this.modes('after')).toBe(this.modes('before'));
    expect(this.flags()).toEqual({ cursor: '1', alternate: '0' });
  }
}

let runs = 0;

function tmux(...args: string[]): string {
  return execFileSync('tmux', [...server, ...args], { encoding: 'utf8' });
}

async function until(isTrue: () => boolean, tell = () => 'it took too long'): Promise<void> {
  const end = Date.now() + 15_000;
  while (!isTrue()) {
    if (Date.now() > end) throw new Error(tell());
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
