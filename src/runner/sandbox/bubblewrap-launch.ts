import type { ChildProcess } from 'node:child_process';
import type { Clock } from '../../base/io.ts';
import { killProcess } from '../../base/kill-process.ts';
import { waitUntilGone } from './process-tree.ts';
import type { Launch } from './run-process.ts';

/**
 * How bubblewrap is started and ended. It says on a descriptor which process is the first of the pid namespace: when that
 * one dies, the kernel kills all others in it, whatever they ignore or detach from, and only then lets it go.
 */
export function bubblewrapLaunch(
  { path, filter }: { path: string; filter: Uint8Array },
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Launch {
  return {
    ...{ file: path, argv, env, filter },
    async kill(child, info) {
      const first = firstProcess(child, info);
      if (first !== null) killProcess(first, 'SIGKILL');
      child.kill('SIGKILL');
      if (first !== null) await waitUntilGone(first, clock);
    },
    async settle(child, info) {
      const first = firstProcess(child, info);
      if (first !== null) await waitUntilGone(first, clock);
    },
  };
}

function firstProcess(child: ChildProcess, info: string): number | null {
  const pid = Number(/"child-pid":\s*(\d+)/.exec(info)?.[1] ?? Number.NaN);
  return pid > 1 && pid !== child.pid ? pid : null;
}
