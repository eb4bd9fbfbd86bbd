import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { systemClock } from '../../src/base/clock.ts';
import { runCommandLine } from '../../src/commands/frame/run-command-line.ts';
import { commands } from '../../src/commands/registry.ts';
import type { Event } from '../../src/model/event.ts';
import type { ThreadRow } from '../../src/model/thread-row.ts';
import { makeFolder, TestHome } from '../builders.ts';
import { MemoryIo } from '../support/memory-io.ts';
import { hasSandbox, sandboxMode } from '../support/sandbox-mode.ts';

/** A home and a workspace, and the program in them. */
export interface ExecRig {
  home: TestHome;
  work: string;
  run(argv: string[], options?: RunOptions): Promise<{ code: number; out: string; err: string }>;
  /** `exec` with these steps as its script, in a workspace that can be written to. Without a sandbox where there is none. */
  exec(steps: unknown[], argv: string[], options?: RunOptions): Promise<{ code: number; out: string; err: string }>;
  rows(...argv: string[]): Promise<ThreadRow[]>;
  events(id: string): Promise<Event[]>;
  /** Every file of the home, as a path in it. */
  files(): string[];
}

export interface RunOptions {
  stdin?: string;
  /** Somebody sits at a terminal, and types the standard input. */
  isTerminal?: boolean;
  cwd?: string;
  env?: Record<string, string>;
  signal?: AbortController;
}

export function makeExecRig(root = makeFolder()): ExecRig {
  const home = new TestHome(join(root, 'home'));
  const work = join(root, 'work');
  mkdirSync(home.path, { mode: 0o700 });
  mkdirSync(work);
  if (!hasSandbox) home.write('config.toml', 'sandbox_mode = "danger-full-access"\n');
  let scripts = 0;
  const rig: ExecRig = {
    home,
    work,
    async run(argv, { stdin = '', isTerminal = false, cwd = work, env = {}, signal } = {}) {
      const all = { PATH: process.env.PATH as string, HOME: root, CODEX_HOME: home.path, ...env };
      const io = new MemoryIo({ env: all, cwd, stdin, tty: isTerminal });
      io.stdin.isTTY = isTerminal;
      // Somebody at a terminal answers when he is asked.
      const answers = io.stdin.read();
      if (isTerminal) io.stdin.read = () => after(() => io.errText.includes('Allow it?'), answers);
      // Commands take real time.
      Object.assign(io, { clock: systemClock });
      signal?.signal.addEventListener('abort', () => io.stop.abort(signal.signal.reason));
      const code = await runCommandLine(argv, commands, io);
      return { code, out: io.outText, err: io.errText };
    },
    exec(steps, argv, options) {
      scripts++;
      const path = home.write(`../script-${scripts}.yaml`, JSON.stringify(steps));
      const [sub = ''] = argv;
      const isSub = sub === 'resume' || sub === 'fork';
      const given = ['-c', `model_providers.scripted.script="${path}"`, '--provider', 'scripted'];
      const sandbox = argv.includes('-s') ? [] : ['-s', sandboxMode];
      const words = isSub ? ['exec', sub] : ['exec'];
      return rig.run([...words, ...given, ...sandbox, ...argv.slice(isSub ? 1 : 0)], options);
    },
    async rows(...argv) {
      return linesOf((await rig.run(['ls', '--json', ...argv])).out) as ThreadRow[];
    },
    async events(id) {
      return linesOf((await rig.run(['show', '--json', id])).out) as Event[];
    },
    files: () =>
      readdirSync(home.path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(home.path.length + 1))
        .filter((file) => hasSandbox || file !== 'config.toml')
        .sort(),
  };
  return rig;
}

async function* after(isTime: () => boolean, blocks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  while (!isTime()) await setTimeout(5);
  yield* blocks;
}

export function linesOf(text: string): unknown[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);
}
