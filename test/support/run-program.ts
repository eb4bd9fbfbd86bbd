import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const program = fileURLToPath(new URL('../../bin/sessions.js', import.meta.url));

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: Buffer;
  stderr: string;
}

/** Starts the built program with an environment of its own: nothing of the user's homes, colours or pager. */
export function startProgram(args: string[], options: SpawnOptions = {}): ChildProcess {
  const env = { PATH: process.env.PATH, TERM: 'xterm', CODEX_HOME: '/no/such/home', ...options.env };
  return spawn(process.execPath, [program, ...args], { ...options, env });
}

/** Waits for the end of a program, with all that it wrote into its pipes. */
export async function finish(child: ChildProcess): Promise<Outcome> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk) => stdout.push(chunk));
  child.stderr?.on('data', (chunk) => stderr.push(chunk));
  const [code, signal] = await once(child, 'close');
  return { code, signal, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() };
}

/** Runs the built program to its end. */
export async function runProgram(args: string[], options: SpawnOptions & { input?: string } = {}): Promise<Outcome> {
  const child = startProgram(args, options);
  child.stdin?.end(options.input ?? '');
  return finish(child);
}
