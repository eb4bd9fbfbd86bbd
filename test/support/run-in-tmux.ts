import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, TestHome } from '../builders.ts';
import { sandboxMode } from './sandbox-mode.ts';
import type { startTmux, Window } from './tmux.ts';

/** A home and a workspace, and agents that play scripts on screens there. */
export interface RunRig {
  home: TestHome;
  work: string;
  /** What the program is given of the environment. */
  env: Record<string, string>;
  /** `sessions run` with these steps as the script of its model, in a sandbox that lets it write into the workspace. */
  run(steps: readonly unknown[], options?: RunOptions): Window;
  /** Lets a command go on that waits for it: see `waitFor`. */
  let(name: string): void;
  has(file: string): boolean;
  read(file: string): string;
  write(file: string, content: string | Uint8Array): string;
}

export interface RunOptions {
  /** Words behind `run`, quoted for a shell. */
  words?: string;
  /** The command, if not `run`. */
  command?: string;
  size?: Size;
  env?: Record<string, string>;
  /** Commands of the shell before it. */
  before?: string;
}

export interface Size {
  columns: number;
  rows: number;
}

export const sizes: [Size, Size, Size] = [
  { columns: 80, rows: 24 },
  { columns: 40, rows: 12 },
  { columns: 200, rows: 60 },
];

export function makeRunRig(terminal: ReturnType<typeof startTmux>): RunRig {
  const root = makeFolder();
  const home = new TestHome(join(root, 'home'));
  const work = join(root, 'work');
  mkdirSync(home.path, { mode: 0o700 });
  mkdirSync(work);
  const env = { CODEX_HOME: home.path, HOME: root, LANG: 'C.UTF-8', GIT_CONFIG_GLOBAL: '/dev/null' };
  const write = (file: string, content: string | Uint8Array) => {
    writeFileSync(join(work, file), content);
    return join(work, file);
  };
  let scripts = 0;
  return {
    home,
    work,
    env,
    run(steps, { words = '', command = 'run', size, env: more = {}, before = ':' } = {}) {
      const script = home.write(`../script-${scripts++}.json`, JSON.stringify(steps));
      const line = `sessions ${command} --provider scripted -c 'model_providers.scripted.script="${script}"' -s ${sandboxMode} ${words}`;
      return terminal.open(`${before}; ${line}`, work, { ...env, ...more }, size);
    },
    let: (name) => void write(name, ''),
    has: (file) => existsSync(join(work, file)),
    read: (file) => readFileSync(join(work, file), 'utf8'),
    write,
  };
}

/** A call of a command that runs in a shell. */
export function shell(command: string, more: object = {}): object {
  return { name: 'shell_command', arguments: { command, ...more } };
}

/** A command that runs until `let` is called with the name. */
export function waitFor(name: string): string {
  return `until [ -e ${name} ]; do sleep 0.02; done; rm ${name}`;
}
