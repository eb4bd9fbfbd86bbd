import { mkdirSync } from 'node:fs';
import { Failure } from '../base/failure.ts';
import { defaultHome, findHome, type Home, homeAt } from '../store/home.ts';

/**
 * The home that an agent works in. The default one is made where it is missing, unless nothing may be written.
 *
 * @throws Failure `usage` when the home that CODEX_HOME names is not there
 */
export function agentHome(env: Readonly<Record<string, string | undefined>>, cwd: string, mayMake: boolean): Home {
  try {
    return findHome(env, cwd);
  } catch (error) {
    const isMissing = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
    if (env.CODEX_HOME || !isMissing) throw error;
  }
  const path = defaultHome(env);
  if (!mayMake) return homeAt(path);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    throw new Failure('trouble', 'the Codex home cannot be made', { file: path, cause: error });
  }
  return findHome(env, cwd);
}
