import { spawn } from 'node:child_process';
import type { Io } from '../../base/io.ts';
import { killProcess } from '../../base/kill-process.ts';

/**
 * What git writes to its standard output; null when it fails, is not there, takes too long, or writes more than there is room for.
 * It neither waits for anybody nor starts programs that a repository names, as far as it can be told not to.
 *
 * @param okExits other exit codes than 0 that are no failure
 */
export function runGit(
  args: readonly string[],
  cwd: string,
  io: Pick<Io, 'env' | 'clock'>,
  signal: AbortSignal,
  okExits: readonly number[] = [],
): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const env = { ...io.env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', GIT_PAGER: 'cat', LC_ALL: 'C' };
    const done = new AbortController();
    // In a session of its own it has no terminal: what a repository makes it start cannot read the keys of the screen.
    const child = spawn('git', [...quiet, ...args], {
      ...{ cwd, env, detached: true },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = (result: Buffer | null) => {
      done.abort();
      signal.removeEventListener('abort', giveUp);
      resolve(result);
    };
    const giveUp = () => {
      if (child.pid !== undefined && !killProcess(-child.pid, 'SIGKILL')) child.kill('SIGKILL');
      end(null);
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
    void io.clock.sleep(PATIENCE_MS, done.signal).then(() => {
      if (!done.signal.aborted) giveUp();
    });
    child.on('error', () => end(null));
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) giveUp();
      else chunks.push(chunk);
    });
    child.on('close', (code) => {
      end(code === 0 || (code !== null && okExits.includes(code)) ? Buffer.concat(chunks) : null);
    });
  });
}

/** Settings of a repository that would start programs. */
const quiet = [
  ...['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'diff.external='],
  ...['-c', 'core.untrackedCache=false', '-c', 'color.ui=never', '-c', 'core.pager=cat'],
];

const PATIENCE_MS = 10_000;
const MOST_BYTES = 32 * 1024 * 1024;
