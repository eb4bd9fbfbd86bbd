import { closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { SandboxPolicy } from '../../model/history.ts';
import { isWithin, realTarget } from './real-path.ts';

/** What a policy comes down to on this machine; absolute, real paths of what exists. */
export interface Bounds {
  /** Folders that may be written to. */
  roots: string[];
  /** The same without those inside another one. */
  writable: string[];
  /** What stays read-only inside of them: the home, `.git`, `.codex`, `.agents`, `.aws`. It wins over `writable`. */
  protected: string[];
  /** Files that cannot be read at all: keys. */
  hidden: string[];
}

export interface BoundsInput {
  /** Of `writableRoots`. */
  roots: readonly string[];
  /** The home of the sessions, with the keys; absolute. */
  home: string;
  /** Other files that hold keys; absolute. */
  keyFiles?: readonly string[] | undefined;
  env: Readonly<Record<string, string | undefined>>;
}

export interface RootsInput {
  policy: SandboxPolicy;
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * Under `workspace-write` one may write to the working directory, to the roots of the policy, and to `/tmp` and TMPDIR unless it
 * excludes them, as with Codex. To be asked once, before anything runs: a command could put a link in the place of one of them.
 */
export function writableRoots({ policy, cwd, env }: RootsInput): string[] {
  if (policy.type !== 'workspace-write') return [];
  const temporary = [policy.excludeSlashTmp ? '' : '/tmp', policy.excludeTmpdir ? '' : (env.TMPDIR ?? '')];
  const wanted = [cwd, ...policy.writableRoots.map((root) => resolve(cwd, root)), ...temporary];
  const real = wanted.filter((path) => isAbsolute(path)).map(realTarget);
  return [...new Set(real)].filter((path) => path !== null);
}

/** Works out the bounds. It looks at the disk each time, so that a `.git` made a moment ago is protected as well. */
export function findBounds({ roots: wanted, home, keyFiles: others = [], env }: BoundsInput): Bounds {
  // Codex's own home as well, which is another one where CODEX_HOME is set.
  const homes = env.HOME ? [home, join(env.HOME, '.codex')] : [home];
  const named = homes.flatMap((folder) => keyFiles.map((name) => join(folder, name)));
  const keys = [...named, ...others].map(realTarget);
  const hidden = [...new Set(keys.filter(isFile))];
  const roots = wanted.filter((root) => realTarget(root) === root && isFolder(root));
  const guarded = roots.flatMap((root) => [...repositoriesOf(root), ...settings.map((name) => join(root, name))]);
  // Only what could be written to: a link may lead anywhere, and a mount of `/proc` would be that of the host.
  const isOpen = (path: string) => roots.some((root) => isWithin(root, path));
  const inside = [...homes, ...guarded].map(realTarget).filter(exists).filter(isOpen);
  return { roots, writable: withoutNested(roots), protected: withoutNested(inside), hidden };
}

/** Folders that say what Codex and others run. As with Codex. */
const settings = ['.codex', '.agents', '.aws'];

/** In the home: keys of the provider, and of MCP servers. */
const keyFiles = ['auth.json', '.credentials.json'];

/** Every `.git` upwards: a nearer one could be made to distract. For a worktree also the folder that its file names. */
function repositoriesOf(folder: string): string[] {
  const git = join(folder, '.git');
  const own = isFolder(git) ? [git] : isFile(git) ? [git, ...gitFolderIn(git, folder)] : [];
  return dirname(folder) === folder ? own : [...own, ...repositoriesOf(dirname(folder))];
}

function gitFolderIn(file: string, folder: string): string[] {
  const named = /^gitdir: (.+)$/m.exec(beginningOf(file))?.[1];
  if (named === undefined) return [];
  const gitFolder = resolve(folder, named.trim());
  const common = dirname(dirname(gitFolder));
  // `.git/worktrees/NAME`: the configuration and the hooks are two levels up.
  return isFile(join(common, 'config')) && isFile(join(common, 'HEAD')) ? [gitFolder, common] : [gitFolder];
}

/** The first 4096 bytes, or nothing where it cannot be read. Never waits for a pipe. */
function beginningOf(file: string): string {
  let fd: number | undefined;
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const bytes = Buffer.alloc(4096);
    return bytes.toString('utf8', 0, readSync(fd, bytes));
  } catch {
    return '';
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
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
