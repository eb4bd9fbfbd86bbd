import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Another process that holds an exclusive flock(2) on a file, as Codex does, until it is killed. */
export async function holdLock(path: string): Promise<ChildProcess> {
  // One process, whose end is the end of the lock.
  const holder = spawn('flock', ['--no-fork', '-x', path, 'sh', '-c', 'echo held; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(holder.stdout as NodeJS.ReadableStream, 'data');
  return holder;
}

/** Kills it without a chance to clean up. */
export async function killHolder(holder: ChildProcess): Promise<void> {
  const ended = once(holder, 'exit');
  holder.kill('SIGKILL');
  await ended;
}
