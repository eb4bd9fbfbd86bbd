import { spawn } from 'node:child_process';
import type { TestHome } from '../builders.ts';
import { finish } from './run-program.ts';

/** Runs a script on a session of a home, with one thread for files, so that calls come in the same order each time. */
export async function runInHome(script: string, home: TestHome, id: string, before: readonly string[] = []) {
  const [program = '', ...args] = [...before, process.execPath, script, home.path, id];
  const env = { PATH: process.env.PATH, TZ: 'UTC', UV_THREADPOOL_SIZE: '1' };
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const { code, signal, stdout, stderr } = await finish(child);
  return { code, signal, stdout: stdout.toString(), stderr };
}
