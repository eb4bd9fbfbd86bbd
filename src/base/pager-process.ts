import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Failure } from './failure.ts';
import type { PagerProcess } from './io.ts';

/** @param onEnd called once, when the pager has ended or could not be started */
export function spawnPager(command: string, env: Record<string, string>, onEnd: () => void): PagerProcess {
  const child = spawn(command, {
    shell: true,
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  const ended = new Promise<number>((resolve) => {
    child.once('error', () => resolve(127));
    child.once('close', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
  void ended.then(onEnd);
  // Every write reports its own failure; the stream's event says it again, and would end the process.
  child.stdin.on('error', () => {});
  return {
    write: (chunk) =>
      new Promise((resolve, reject) => {
        child.stdin.write(chunk, (error) => {
          if (error) reject(new Failure('closed-pipe', 'the pager is closed', { cause: error }));
          else resolve();
        });
      }),
    end() {
      child.stdin.end();
      return ended;
    },
  };
}
