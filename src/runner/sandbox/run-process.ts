import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../base/io.ts';
import { withUmask } from '../../base/umask.ts';
import type { RunOptions, RunResult } from './sandbox.ts';

/** A program to be started, and how it is ended. */
export interface Launch {
  file: string;
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  /** Given to the program on descriptor 3; it then writes to descriptor 4. */
  filter: Uint8Array | null;
  /** Called when time is up or on abort, with what came on descriptor 4: kills all that the program started. */
  kill(child: ChildProcess, info: string): Promise<void>;
  /** Called when it has ended by itself: resolves when nothing of it is left. */
  settle(child: ChildProcess, info: string): Promise<void>;
}

/**
 * Starts a program in a process group of its own and resolves when all of it is gone. Never throws.
 * @param umask of the program; when not given, our own
 */
export async function runProcess(
  launch: Launch,
  options: RunOptions,
  clock: Clock,
  umask?: number,
): Promise<RunResult> {
  const begin = clock.now();
  const result = (fields: Partial<RunResult>): RunResult => ({
    ...{ exitCode: null, signal: null, end: 'exited', message: null },
    ...fields,
    durationMs: Math.max(0, clock.now() - begin),
  });
  if (options.signal.aborted) return result({ end: 'aborted' });
  const problem = problemOfFolder(options.cwd);
  if (problem) return result({ end: 'not-started', message: problem });

  let child: ChildProcess;
  try {
    const input = options.input === null ? 'ignore' : 'pipe';
    const stdio: StdioOptions = [input, 'pipe', 'pipe', ...(launch.filter ? (['pipe', 'pipe'] as const) : [])];
    const env = launch.env as NodeJS.ProcessEnv;
    const start = () => spawn(launch.file, launch.argv, { cwd: options.cwd, env, stdio, detached: true });
    child = umask === undefined ? start() : withUmask(umask, start);
  } catch (error) {
    return result({ end: 'not-started', message: (error as Error).message });
  }
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const ended = new Promise<Partial<RunResult>>((resolve) => {
    child.once('error', (error) => resolve({ end: 'not-started', message: error.message }));
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const info = connect(child, launch.filter, options);

  const over = new AbortController();
  const limit = AbortSignal.any([options.signal, over.signal]);
  const timeout = clock.sleep(options.timeoutMs, limit).then(() => (over.signal.aborted ? null : 'limit'));
  const first = await Promise.race([ended, timeout]);
  over.abort();
  if (first === null || first === 'limit') {
    await launch.kill(child, info.text);
    await drain(Promise.all([ended, closed]), clock);
    release(child);
    return result({ end: options.signal.aborted ? 'aborted' : 'timeout' });
  }
  if (first.end !== 'not-started') {
    await launch.settle(child, info.text);
    await drain(closed, clock);
  }
  release(child);
  return result(first);
}

/** Waits for the last output, for a while: a process out of our reach may hold a pipe. */
async function drain(closed: Promise<unknown>, clock: Clock): Promise<void> {
  const over = new AbortController();
  await Promise.race([closed, clock.sleep(drainMs, over.signal)]);
  // A timer that nobody waits for would keep the program from ending.
  over.abort();
}

/** How long output may still come when everything that was found is dead. */
const drainMs = 400;

function connect(child: ChildProcess, filter: Uint8Array | null, options: RunOptions): { text: string } {
  const info = { text: '' };
  child.stdout?.on('data', (chunk: Uint8Array) => options.onOutput(chunk, 'stdout'));
  child.stderr?.on('data', (chunk: Uint8Array) => options.onOutput(chunk, 'stderr'));
  const [stdin, , , filterPipe, infoPipe] = child.stdio as (Readable | Writable | null | undefined)[];
  // Whoever does not read to the end is free to do so.
  for (const stream of child.stdio) stream?.on('error', () => {});
  if (options.input !== null) (stdin as Writable | null)?.end(options.input);
  if (filter) {
    (filterPipe as Writable | null)?.end(filter);
    (infoPipe as Readable | null)?.on('data', (chunk: Uint8Array) => {
      info.text = (info.text + String(chunk)).slice(0, 4096);
    });
  }
  return info;
}

/** Lets go of pipes that a process out of our reach still holds. */
function release(child: ChildProcess): void {
  for (const stream of child.stdio) stream?.destroy();
  child.unref();
}

function problemOfFolder(cwd: string): string | null {
  try {
    return statSync(cwd).isDirectory() ? null : `${cwd} is not a directory`;
  } catch {
    return `there is no directory ${cwd}`;
  }
}
