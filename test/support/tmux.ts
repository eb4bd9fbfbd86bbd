import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../builders.ts';
import { program } from './run-program.ts';

export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

/** A window of a real terminal in which a command line runs; `sessions` is the built program. */
export interface Window {
  /** What stands on the screen and above it, without blanks at the ends of lines; nothing, once it is closed. */
  screen(): string;
  /** The rows that stand on the screen. */
  rows(): string[];
  /** Waits until the screen has something. */
  shows(what: string | RegExp): Promise<string>;
  /** Presses keys, by the names that tmux has for them. */
  press(...keys: string[]): void;
  /** Presses a key again and again until the screen has something. */
  pressUntil(key: string, what: RegExp): Promise<void>;
  type(text: string): void;
  /** Pastes as a terminal does it, between marks where the program asked for them. */
  paste(text: string): void;
  resize(columns: number, rows: number): void;
  /** What `stty -a` says of it, `#{...}` formats of tmux: `cursor_flag`, `alternate_on`, `mouse_any_flag`, ... */
  modes(): { stty: string } & Record<'cursor' | 'alternate' | 'paste' | 'mouse', string>;
  /** The process of the program, not of the shell that started it. */
  pid(): number;
  /** Sends the program, not the shell that started it, a signal. */
  kill(signal: NodeJS.Signals): void;
  /** Takes the terminal away, as when its window is closed. */
  close(): void;
  /** The exit code of the command line, once it has ended. */
  ended(): Promise<number>;
}

/** @param size of its windows; without a status line */
export function startTmux({ columns, rows } = { columns: 120, rows: 50 }): {
  open(commandLine: string, cwd: string, env: Record<string, string>, size?: { columns: number; rows: number }): Window;
  stop(): void;
} {
  const folder = makeFolder();
  const server = ['-S', join(folder, 'tmux'), '-f', '/dev/null'];
  const tmux = (...args: string[]) => execFileSync('tmux', [...server, ...args], { encoding: 'utf8' });
  tmux('new-session', '-d', '-x', String(columns), '-y', String(rows), 'sleep 600');
  for (const [name, value] of [
    ['status', 'off'],
    // The program sees the keys at once, and no outer terminal is asked for anything.
    ['escape-time', '0'],
    ['default-terminal', 'tmux-256color'],
  ] as const)
    tmux('set-option', '-g', name, value);
  let runs = 0;
  return {
    open(commandLine, cwd, env, size) {
      const run = join(folder, String(runs++));
      const set = Object.entries(env).map(([name, value]) => `export ${name}='${value}'`);
      const script = `cd '${cwd}'; ${set.join('; ')}
sessions() { '${process.execPath}' '${program}' "$@"; }
${commandLine}
echo $? > '${run}.code'
sleep 600`;
      writeFileSync(`${run}.sh`, script);
      // A size of its own has whoever is a session of its own.
      const place = size ? ['new-session', '-x', String(size.columns), '-y', String(size.rows)] : ['new-window'];
      const window = tmux(...place, '-d', '-P', '-F', '#{window_id}', `bash '${run}.sh'`).trim();
      const asked = (format: string) => tmux('display-message', '-p', '-t', window, format).trim();
      const pid = () =>
        Number(execFileSync('pgrep', ['-P', asked('#{pane_pid}')], { encoding: 'utf8' }).split('\n')[0]);
      let isClosed = false;
      const screen = () => (isClosed ? '' : tmux('capture-pane', '-p', '-S', '-', '-t', window).trimEnd());
      return {
        screen,
        async shows(what) {
          await until(() => (typeof what === 'string' ? screen().includes(what) : what.test(screen())), screen);
          return screen();
        },
        rows: () => tmux('capture-pane', '-p', '-t', window).replace(/\n$/, '').split('\n'),
        pressUntil: (key, what) =>
          until(() => {
            tmux('send-keys', '-t', window, key);
            return what.test(screen());
          }, screen),
        press: (...keys) => void tmux('send-keys', '-t', window, ...keys),
        type: (text) => void tmux('send-keys', '-t', window, '-l', text),
        paste(text) {
          writeFileSync(`${run}.paste`, text);
          tmux('load-buffer', `${run}.paste`);
          tmux('paste-buffer', '-p', '-r', '-t', window);
        },
        resize: (width, height) => void tmux('resize-window', '-t', window, '-x', String(width), '-y', String(height)),
        modes: () => ({
          stty: execFileSync('stty', ['-a', '-F', asked('#{pane_tty}')], { encoding: 'utf8' }),
          ...{ cursor: asked('#{cursor_flag}'), alternate: asked('#{alternate_on}') },
          ...{ paste: asked('#{bracket_paste_flag}'), mouse: asked('#{mouse_any_flag}') },
        }),
        pid,
        kill: (signal) => void process.kill(pid(), signal),
        close() {
          isClosed = true;
          tmux('kill-window', '-t', window);
        },
        async ended() {
          await until(() => existsSync(`${run}.code`) && readFileSync(`${run}.code`, 'utf8').endsWith('\n'), screen);
          // The terminal may not have read yet what was written last.
          let before: string | null = null;
          await until(() => {
            const now = screen();
            const isStill = now === before;
            before = now;
            return isStill;
          }, screen);
          return Number(readFileSync(`${run}.code`, 'utf8'));
        },
      };
    },
    stop: () => void tmux('kill-server'),
  };
}

async function until(isTrue: () => boolean, screen: () => string): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!isTrue()) {
    if (Date.now() > end) throw new Error(`the terminal took too long; it shows:\n${screen()}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** Only ends what would never come; a machine that has more to do takes a few times as long. */
const PATIENCE_MS = 45_000;
