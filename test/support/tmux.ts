import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../builders.ts';
import { program } from './run-program.ts';

export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

/** A window of a real terminal in which a command line runs; `sessions` is the built program. */
export interface Window {
  /** What stands on the screen and above it, without blanks at the ends of lines. */
  screen(): string;
  /** Waits until the screen has something. */
  shows(what: string | RegExp): Promise<string>;
  /** Presses keys, by the names that tmux has for them. */
  press(...keys: string[]): void;
  type(text: string): void;
  /** The exit code of the command line, once it has ended. */
  ended(): Promise<number>;
}

export function startTmux(): {
  open(commandLine: string, cwd: string, env: Record<string, string>): Window;
  stop(): void;
} {
  const folder = makeFolder();
  const server = ['-S', join(folder, 'tmux'), '-f', '/dev/null'];
  const tmux = (...args: string[]) => execFileSync('tmux', [...server, ...args], { encoding: 'utf8' });
  tmux('new-session', '-d', '-x', '120', '-y', '50', 'sleep 600');
  let runs = 0;
  return {
    open(commandLine, cwd, env) {
      const run = join(folder, String(runs++));
      const set = Object.entries(env).map(([name, value]) => `export ${name}='${value}'`);
      const script = `cd '${cwd}'; ${set.join('; ')}
sessions() { '${process.execPath}' '${program}' "$@"; }
${commandLine}
echo $? > '${run}.code'
sleep 600`;
      writeFileSync(`${run}.sh`, script);
      const window = tmux('new-window', '-d', '-P', '-F', '#{window_id}', `bash '${run}.sh'`).trim();
      const screen = () => tmux('capture-pane', '-p', '-S', '-', '-t', window).trimEnd();
      return {
        screen,
        async shows(what) {
          await until(() => (typeof what === 'string' ? screen().includes(what) : what.test(screen())), screen);
          return screen();
        },
        press: (...keys) => void tmux('send-keys', '-t', window, ...keys),
        type: (text) => void tmux('send-keys', '-t', window, '-l', text),
        async ended() {
          await until(() => existsSync(`${run}.code`) && readFileSync(`${run}.code`, 'utf8').endsWith('\n'), screen);
          return Number(readFileSync(`${run}.code`, 'utf8'));
        },
      };
    },
    stop: () => void tmux('kill-server'),
  };
}

async function until(isTrue: () => boolean, screen: () => string): Promise<void> {
  const end = Date.now() + 15_000;
  while (!isTrue()) {
    if (Date.now() > end) throw new Error(`the terminal took too long; it shows:\n${screen()}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
