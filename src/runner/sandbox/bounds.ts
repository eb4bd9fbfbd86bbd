import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { SandboxPolicy } from '../../model/history.ts';
import { isWithin, realTarget } from './real-path.ts';

/** What a policy comes down to on this machine; absolute, real paths of what exists. */
export interface Bounds {
  /** Folders that may be written to, none inside another one. */
  writable: string[];
  /** What stays read-only inside of them: the home, `.git`, `.codex`. It wins over `writable`. */
  protected: string[];
  /** Files that cannot be read at all: keys. */
  hidden: string[];
}

export interface BoundsInput {
  policy: SandboxPolicy;
  cwd: string;
  /** The home of the sessions, with the keys; absolute. */
  home: string;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * Works out the bounds. Under `workspace-write` one may write to the working directory, to the roots of the policy, `/tmp`
 * and TMPDIR, as with Codex. It looks at the disk each time, so that a `.git` made a moment ago is protected as well.
 */
export function findBounds({ policy, cwd, home, env }: BoundsInput): Bounds {
  // Codex's own home as well, which is another one where CODEX_HOME is set.
  const homes = env.HOME ? [home, join(env.HOME, '.codex')] : [home];
  const keys = homes.flatMap((folder) => keyFiles.map((name) => realTarget(join(folder, name))));
  const hidden = [...new Set(keys.filter(isFile))];
  if (policy.type !== 'workspace-write') return { writable: [], protected: [], hidden };
  const wanted = [cwd, ...policy.writableRoots.map((root) => resolve(cwd, root)), '/tmp', env.TMPDIR ?? '/tmp'];
  const writable = withoutNested(
    wanted
      .filter((path) => isAbsolute(path))
      .map(realTarget)
      .filter(isFolder),
  );
  const roots = new Set([
    ...writable,
    realTarget(cwd) ?? cwd,
    ...policy.writableRoots.map((root) => resolve(cwd, root)),
  ]);
  const guarded = [...roots].flatMap((root) => [...repositoryOf(root), join(root, '.codex')]);
  const inside = [...homes, ...guarded].map(realTarget).filter(exists);
  return { writable, protected: withoutNested(inside), hidden };
}

/** In the home: keys of the provider, and of MCP servers. */
const keyFiles = ['auth.json', '.credentials.json'];

/** The nearest `.git`, upwards; for a worktree also the folder that its file names. */
function repositoryOf(folder: string): string[] {
  for (let at = folder; ; at = dirname(at)) {
    const git = join(at, '.git');
    if (isFolder(git)) return [git];
    if (isFile(git)) return [git, ...gitFolderIn(git, at)];
    if (dirname(at) === at) return [];
  }
}

function gitFolderIn(file: string, folder: string): string[] {
  const named = /^gitdir: (.+)$/m.exec(readFileSync(file, 'utf8').slice(0, 4096))?.[1];
  if (named === undefined) return [];
  const gitFolder = resolve(folder, named.trim());
  const common = dirname(dirname(gitFolder));
  // `.git/worktrees/NAME`: the configuration and the hooks are two levels up.
  return isFile(join(common, 'config')) && isFile(join(common, 'HEAD')) ? [gitFolder, common] : [gitFolder];
}

function withoutNested(paths: string[]): string[] {
  const unique = [...new Set(paths)].sort((a, b) => a.length - b.length);
  return unique.filter((path, index) => !unique.slice(0, index).some((outer) => isWithin(outer, path)));
}

function exists(path: string | null): path is string {
  return path !== null && look(path) !== undefined;
}

function isFolder(path: string | null): path is string {
  return path !== null && look(path)?.isDirectory() === true;
}

function isFile(path: string | null): path is string {
  return path !== null && look(path)?.isFile() === true;
}

function look(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
