import { randomUUID } from 'node:crypto';
import type { Clock } from '../../base/io.ts';
import { killTree, markVariable } from './process-tree.ts';
import type { Launch } from './run-process.ts';

/**
 * A program without a sandbox, or behind one that has no pid namespace. What it leaves running is killed when it ends, as
 * in the sandbox: see `killTree` for whom that reaches.
 */
export function bareLaunch(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Launch {
  const mark = randomUUID();
  const end: Launch['kill'] = async (child) => {
    if (child.pid !== undefined) await killTree(child.pid, mark, clock);
  };
  const [file = '', ...rest] = argv;
  return { file, argv: rest, env: { ...env, [markVariable]: mark }, filter: null, kill: end, settle: end };
}
