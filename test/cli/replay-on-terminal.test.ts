import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { envelope, idOf, makeFolder, makeHome, record, type TestHome, turn } from '../builders.ts';
import { program, runProgram } from '../support/run-program.ts';

const hasTmux = spawnSync('tmux', ['-V']).status === 0;
const hasAsciinema = spawnSync('asciinema', ['--version']).status === 0;
const folder = makeFolder();
const server = ['-S', join(folder, 'tmux'), '-f', '/dev/null'];
const id = idOf(1);
const hostile = '\x1b[2J\x1b]0;owned\x07 \x9b31m \u202edesrever \u{e0068}hidden \r\b';
const status = 'paused: space goes on';
let home: TestHome;

beforeAll(() => {
  home = makeHome();
  // Each record is a second after the one before: what is paused in time has much left to show.
  home.rollout(
    id,
    envelope(record.meta(id, { cwd: hostile }), ...turn('first prompt'), ...turn('second prompt'), ...turn(hostile)),
  );
  home.names({ [id]: hostile });
  if (hasTmux) tmux('new-session', '-d', '-x', '100', '-y', '50', 'sleep 600');
});

afterAll(() => {
  if (hasTmux) spawnSync('tmux', [...server, 'kill-server']);
});

describe.skipIf(!hasTmux)('sessions replay --no-tui on a real terminal', () => {
  it('plays what show prints, in its own time', async () => {
    const shown = await new Terminal(`show --no-pager ${id}`).ended();
    const terminal = new Terminal(`replay --no-tui --speed 10 ${id}`);
    const began = Date.now();
    const played = await terminal.ended();
    expect([played.code, played.sent]).toEqual([0, shown.sent]);
    expect(played.sent).toContain('^[[2J');
    // Twenty-odd seconds were recorded.
    expect(Date.now() - began).toBeGreaterThan(1500);
    expect(terminal.modes('after')).toBe(terminal.modes('before'));
  });

  it('pauses, goes on step by step, and on', async () => {
    const terminal = new Terminal(`replay --no-tui --speed 0.05 --idle-limit none ${id}`);
    await terminal.shows('session 01980000');
    terminal.press('Space');
    await terminal.shows(status);
    expect(terminal.screen()).not.toContain('first prompt');
    terminal.press('.');
    await terminal.shows('turn 1');
    terminal.press('.');
    await terminal.shows('> first prompt');
    expect(terminal.screen()).toContain(status);
    expect(terminal.screen()).not.toContain('re: first prompt');
    terminal.press('Space');
    await until(() => !terminal.screen().includes(status));
    terminal.press('q');
    const { code, text } = await terminal.ended();
    expect(code).toBe(0);
    expect(text).not.toContain('re: first prompt');
    expect(terminal.modes('after')).toBe(terminal.modes('before'));
  });

  it('goes by turns', async () => {
    const terminal = new Terminal(`replay --no-tui --speed 0.05 --idle-limit none ${id}`);
    await terminal.shows('session 01980000');
    terminal.press('Right', 'Right');
    await terminal.shows('turn 2');
    expect(terminal.screen()).toContain('re: first prompt');
    terminal.press('Space', '.', '.');
    await terminal.shows('re: second prompt');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    terminal.press('Left');
    await until(() => !terminal.screen().includes('session 01980000'));
    await terminal.shows(status);
    expect(terminal.screen().trimStart()).toMatch(/^── turn 2 /);
    expect(terminal.screen()).not.toMatch(/turn 1|second prompt/);
    terminal.press('Left');
    await terminal.shows('turn 1');
    expect(terminal.screen()).not.toContain('turn 2');
    terminal.press('q');
    expect((await terminal.ended()).code).toBe(0);
  });

  it.each([
    ['playing', []],
    ['paused', ['Space']],
  ])('ends with 130 on Ctrl-C while %s, and leaves the terminal as it was', async (_state, keys) => {
    const terminal = new Terminal(`replay --no-tui --idle-limit none --speed 0.01 ${id}`);
    await terminal.shows('session 01980000');
    terminal.press(...keys);
    if (keys.length > 0) await terminal.shows(status);
    expect(terminal.modes('now')).not.toBe(terminal.modes('before'));
    terminal.press('C-c');
    expect((await terminal.ended()).code).toBe(130);
    expect(terminal.modes('after')).toBe(terminal.modes('before'));
    expect(terminal.screen()).not.toContain(status);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('gives the terminal back on %s', async (signal, exit) => {
    const terminal = new Terminal(`replay --no-tui --idle-limit none --speed 0.01 ${id}`);
    await terminal.shows('session 01980000');
    terminal.press('Space');
    await terminal.shows(status);
    process.kill(terminal.pid, signal);
    expect((await terminal.ended()).code).toBe(exit);
    expect(terminal.modes('after')).toBe(terminal.modes('before'));
  });

  it('gives the terminal back when it fails', async () => {
    const terminal = new Terminal(`replay --no-tui --no-wait --from 9 ${id}`);
    const { code, text } = await terminal.ended();
    expect([code, text]).toEqual([2, expect.stringContaining('the session has no turn 9: there are 3')]);
    expect(terminal.modes('after')).toBe(terminal.modes('before'));
  });

  it('can be stopped with Ctrl-Z and goes on in the foreground', async () => {
    const run = join(folder, `run-${runs++}`);
    const window = openWindow(`env PS1='ready> ' TERM=xterm CODEX_HOME='${home.path}' bash --norc --noprofile -i`);
    const screen = () => tmux('capture-pane', '-p', '-t', window);
    const type = (...keys: string[]) => tmux('send-keys', '-t', window, ...keys);
    await until(() => screen().includes('ready>'));
    type(
      `stty -a > ${run}.before; '${process.execPath}' '${program}' replay --no-tui --idle-limit none --speed 0.01 ${id}`,
      'Enter',
    );
    await until(() => screen().includes('session 01980000'));
    type('Space');
    await until(() => screen().includes(status));
    type('C-z');
    await until(() => screen().includes('Stopped'));
    type(`stty -a > ${run}.stopped; clear`, 'Enter');
    await until(() => existsSync(`${run}.stopped`) && !screen().includes('Stopped'));
    type('fg', 'Enter');
    await until(() => screen().includes(status));
    type('.', '.');
    await until(() => screen().includes('> first prompt'));
    type('q');
    await until(() => screen().trimEnd().endsWith('ready>'));
    type(`echo code=$?; stty -a > ${run}.after; echo written`, 'Enter');
    await until(() => screen().includes('\nwritten'));
    expect(screen()).toContain('code=0');
    const modes = ['before', 'stopped', 'after'].map((when) => readFileSync(`${run}.${when}`, 'utf8'));
    expect(new Set(modes).size).toBe(1);
    tmux('kill-window', '-t', window);
  });

  it('ends when it is killed while it is stopped', async () => {
    const window = openWindow(`env PS1='ready> ' TERM=xterm CODEX_HOME='${home.path}' bash --norc --noprofile -i`);
    const screen = () => tmux('capture-pane', '-p', '-t', window);
    const type = (...keys: string[]) => tmux('send-keys', '-t', window, ...keys);
    await until(() => screen().includes('ready>'));
    type(`'${process.execPath}' '${program}' replay --no-tui --idle-limit none --speed 0.01 ${id}`, 'Enter');
    await until(() => screen().includes('session 01980000'));
    type('C-z');
    await until(() => screen().includes('Stopped'));
    // The shell wakes it, in the background, so that it hears the signal, and tells what became of it.
    type("clear; LC_ALL=C; kill %1; sleep 0.5; jobs; echo 'jobs' told", 'Enter');
    await until(() => screen().includes('jobs told'), screen);
    expect(screen()).toContain('Exit 143');
    tmux('kill-window', '-t', window);
  });

  it('plays without keys where standard input is no terminal', async () => {
    const { code, text } = await new Terminal(`replay --no-wait - < '${pathOf(`${id}\n`)}'`).ended();
    expect(code).toBe(0);
    expect(text).toContain('re: second prompt');
  });

  it('sends nothing of the session that acts on the terminal', async () => {
    const { sent } = await new Terminal(`replay --no-tui --no-wait ${id}`).ended();
    const text = sent.replaceAll(/\x1b\[[\d;]*m/g, '').replaceAll('\r\n', '\n');
    expect(text).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u{e0000}-\u{e007f}]/u);
    const cast = await new Terminal(`replay --format asciicast ${id}`).ended();
    expect(cast.sent.replaceAll('\r\n', '\n')).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/u);
  });

  it.skipIf(!hasAsciinema)('makes an asciicast that asciinema plays', async () => {
    const { stdout } = await runProgram(['replay', '--format', 'asciicast-v2', id], { env: { CODEX_HOME: home.path } });
    const terminal = new Terminal(null, `asciinema play -i 0.01 '${pathOf(stdout)}'`);
    const { code } = await terminal.ended();
    expect(code).toBe(0);
    expect(terminal.screen()).toContain('re: ^[[2J^[]0;owned^G');
  });
});

let runs = 0;

/** A window of tmux in which one command line of the built program runs. */
class Terminal {
  readonly #run = join(folder, `run-${runs++}`);
  readonly #window: string;

  constructor(commandLine: string | null, command = `'${process.execPath}' '${program}' ${commandLine}`) {
    const run = this.#run;
    writeFileSync(`${run}.inner.sh`, `echo $$ > '${run}.pid'; exec ${command}`);
    writeFileSync(
      `${run}.sh`,
      `export CODEX_HOME='${home.path}' TERM=xterm-256color
      tty > '${run}.tty'
      stty -a > '${run}.before'
      while [ ! -e '${run}.go' ]; do sleep 0.02; done
      sh '${run}.inner.sh'
      echo $? > '${run}.code'
      stty -a > '${run}.after'
      : > '${run}.ended'
      sleep 600`,
    );
    // A signal that the shell passes by must not end it before it has told the exit code.
    this.#window = openWindow(`sh -c "trap : INT TERM HUP; . '${run}.sh'"`);
    tmux('pipe-pane', '-O', '-t', this.#window, `cat > '${run}.sent'; : > '${run}.closed'`);
    writeFileSync(`${run}.go`, '');
  }

  get pid(): number {
    return Number(readFileSync(`${this.#run}.pid`, 'utf8'));
  }

  /** What the terminal's modes were before and after the program, or are. */
  modes(when: 'before' | 'after' | 'now'): string {
    if (when !== 'now') return readFileSync(`${this.#run}.${when}`, 'utf8');
    return execFileSync('stty', ['-a', '-F', readFileSync(`${this.#run}.tty`, 'utf8').trim()], { encoding: 'utf8' });
  }

  press(...keys: string[]): void {
    for (const key of keys) tmux('send-keys', '-t', this.#window, key);
  }

  screen(): string {
    return tmux('capture-pane', '-p', '-t', this.#window);
  }

  async shows(text: string): Promise<void> {
    await until(
      () => this.screen().includes(text),
      () => this.screen(),
    );
  }

  /** The exit code, and the bytes that the terminal was sent. */
  async ended(): Promise<{ code: number; sent: string; text: string }> {
    await until(
      () => existsSync(`${this.#run}.ended`),
      () => this.screen(),
    );
    const text = this.screen();
    tmux('pipe-pane', '-t', this.#window);
    await until(() => existsSync(`${this.#run}.closed`));
    const sent = readFileSync(`${this.#run}.sent`, 'utf8');
    return { code: Number(readFileSync(`${this.#run}.code`, 'utf8')), sent, text };
  }
}

function openWindow(command: string): string {
  return tmux('new-window', '-d', '-P', '-F', '#{window_id}', command).trim();
}

function tmux(...args: string[]): string {
  return execFileSync('tmux', [...server, ...args], { encoding: 'utf8' });
}

function pathOf(content: string | Uint8Array): string {
  const path = join(folder, `content-${runs++}`);
  writeFileSync(path, content);
  return path;
}

async function until(isTrue: () => boolean, state = () => ''): Promise<void> {
  const end = Date.now() + 15_000;
  while (!isTrue()) {
    if (Date.now() > end) throw new Error(`the terminal took too long: ${state()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
