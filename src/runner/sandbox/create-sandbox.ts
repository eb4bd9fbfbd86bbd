import { platform } from 'node:os';
import { Failure } from '../../base/failure.ts';
import type { Clock } from '../../base/io.ts';
import type { SandboxPolicy } from '../../model/history.ts';
import { bareLaunch } from './bare-launch.ts';
import { findBounds, writableRoots } from './bounds.ts';
import { bubblewrapArguments } from './bubblewrap-arguments.ts';
import { bubblewrapLaunch } from './bubblewrap-launch.ts';
import { type Bubblewrap, findBubblewrap } from './find-bubblewrap.ts';
import { isReadable, isWritable } from './reach.ts';
import { realTarget } from './real-path.ts';
import { type Launch, runProcess } from './run-process.ts';
import type { RunOptions, Sandbox } from './sandbox.ts';
import { seatbeltArguments, seatbeltProgram } from './seatbelt.ts';

export interface SandboxOptions {
  policy: SandboxPolicy;
  /** The workspace; absolute. Commands may be run in other folders, which does not make those writable. */
  cwd: string;
  /** The home of the sessions: never writable, its keys not readable. */
  home: string;
  /** Files that hold keys besides; absolute. */
  keyFiles?: readonly string[] | undefined;
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  /** Of the programs; when not given, our own. */
  umask?: number | undefined;
}

/**
 * The sandbox of a run. `read-only`: nothing can be written but a private TMPDIR, no network. `workspace-write`: see
 * `writableRoots`, network only when the policy has it. `danger-full-access`: no bounds at all. Whether the machine can do
 * this is tried out when the first command is run, or by `check`.
 */
export function createSandbox(options: SandboxOptions): Sandbox & { check(): Promise<void> } {
  const { policy, clock, umask } = options;
  const isFree = policy.type === 'danger-full-access';
  const roots = writableRoots(options);
  const bounds = () => findBounds({ ...options, roots });
  const mayWrite = (path: string) => isFree || isWritable(path, bounds());
  let found: Promise<Bubblewrap> | null = null;
  const find = () => {
    found ??= findBubblewrap(options.env, mayWrite, clock);
    return found;
  };
  return {
    policy,
    mayWrite,
    mayRead: (path) => isReadable(path, bounds()),
    async check() {
      if (!isFree && systemOf() === 'linux') await find();
    },
    async run(argv, run) {
      if (isFree || run.unconfined) return runProcess(bareLaunch(argv, run.env, clock), run, clock, umask);
      return runProcess(await confine(argv, run), run, clock, umask);
    },
  };

  async function confine(argv: readonly string[], run: RunOptions): Promise<Launch> {
    if (systemOf() === 'darwin') {
      return bareLaunch([seatbeltProgram, ...seatbeltArguments(policy, bounds()), ...argv], run.env, clock);
    }
    const bubblewrap = await find();
    const cwd = realTarget(run.cwd) ?? run.cwd;
    const args = bubblewrapArguments(policy, bounds(), cwd, bubblewrap.ownUsers);
    return bubblewrapLaunch(bubblewrap, [...args, ...argv], run.env, clock);
  }
}

function systemOf(): 'linux' | 'darwin' {
  const system = platform();
  if (system === 'linux' || system === 'darwin') return system;
  throw new Failure('refused', `there is no sandbox on ${system}`, {
    hint: 'use --sandbox danger-full-access where that can be answered for, or run it under WSL',
  });
}
