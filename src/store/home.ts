import { realpathSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { Failure } from '../base/failure.ts';

/** A CODEX_HOME and the places in it that this program knows. */
export interface Home {
  /** Absolute, with symbolic links resolved. */
  path: string;
  /** Active rollouts, by date. */
  sessions: string;
  /** Archived rollouts, flat. */
  archived: string;
  /** Names that users gave to threads; the last line per id wins. */
  nameIndex: string;
  /** One lock file for each thread that a process has open. */
  writerLocks: string;
}

/**
 * Where the home is that nothing names. A `HOME` that is empty or relative counts for nothing: it would lead into whatever
 * folder the caller stands in, which may be somebody else's.
 */
export function defaultHome({ HOME: own }: Readonly<Record<string, string | undefined>>): string {
  return join(own !== undefined && isAbsolute(own) ? own : homeOfUser(), '.codex');
}

/** In a container, a user may be a number that has no home. */
function homeOfUser(): string {
  try {
    return userInfo().homedir;
  } catch {
    return '/';
  }
}

/**
 * The home that the environment names: `$CODEX_HOME`, else `~/.codex`.
 *
 * @throws Failure `usage` when it is not there or is not a directory
 */
export function findHome(env: Readonly<Record<string, string | undefined>>, cwd: string): Home {
  const named = env.CODEX_HOME;
  const path = named ? resolve(cwd, named) : defaultHome(env);
  const hint = named ? 'CODEX_HOME names it; mkdir makes it' : 'set CODEX_HOME to the home of your Codex CLI';
  try {
    if (!statSync(path).isDirectory())
      throw new Failure('usage', 'the Codex home is not a directory', { file: path, hint });
    return homeAt(realpathSync(path));
  } catch (error) {
    if (error instanceof Failure) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'there is no Codex home' : `the Codex home cannot be read (${code})`;
    throw new Failure('usage', what, { file: path, hint, cause: error });
  }
}

/** The layout below an existing directory. */
export function homeAt(path: string): Home {
  return {
    path,
    sessions: join(path, 'sessions'),
    archived: join(path, 'archived_sessions'),
    nameIndex: join(path, 'session_index.jsonl'),
    writerLocks: join(path, 'thread-writer-locks'),
  };
}

/** The home that a rollout lies in, seen from its path; null for a file that lies in none. */
export function homeAround(rollout: string): Home | null {
  let folder = dirname(resolve(rollout));
  while (dirname(folder) !== folder) {
    const parent = dirname(folder);
    const name = folder.slice(parent.endsWith(sep) ? parent.length : parent.length + 1);
    if (name === 'sessions' || name === 'archived_sessions') return homeAt(parent);
    folder = parent;
  }
  return null;
}
