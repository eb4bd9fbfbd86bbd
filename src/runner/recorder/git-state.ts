import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { GitState } from './recorder.ts';

/**
 * What a folder's git repository says of itself, from its files: no git is needed, and none of its hooks or settings has a say.
 * The URL is that of `origin`, without a name or a password.
 *
 * @returns null outside of a repository
 */
export function readGitState(cwd: string): GitState | null {
  const folder = findGitFolder(cwd);
  if (folder === null) return null;
  // A worktree has a HEAD of its own, and the rest in common with the others.
  const shared = resolve(folder, read(join(folder, 'commondir'))?.trim() || '.');
  const head = read(join(folder, 'HEAD'))?.trim() ?? '';
  const ref = /^ref: (refs\/\S+)$/.exec(head)?.[1];
  const commit = ref === undefined ? head : (read(join(shared, ref))?.trim() ?? packedRef(shared, ref));
  return {
    commit: commit !== null && isHash(commit) ? commit : null,
    branch: /^refs\/heads\/(?!\.)(.+)$/.exec(ref ?? '')?.[1] ?? null,
    url: originUrl(read(join(shared, 'config')) ?? ''),
  };
}

function findGitFolder(cwd: string): string | null {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const path = join(folder, '.git');
    if (existsSync(path)) {
      if (statSync(path).isDirectory()) return path;
      const target = /^gitdir: (.+)$/m.exec(read(path) ?? '')?.[1];
      return target === undefined ? null : resolve(folder, target.trim());
    }
    if (dirname(folder) === folder) return null;
  }
}

function packedRef(shared: string, ref: string): string | null {
  const lines = (read(join(shared, 'packed-refs')) ?? '').split('\n');
  return lines.find((line) => line.endsWith(` ${ref}`))?.split(' ')[0] ?? null;
}

function originUrl(config: string): string | null {
  const section = /^\s*\[remote "origin"\]\s*$([^[]*)/m.exec(config)?.[1];
  const url = /^\s*url\s*=\s*(.+?)\s*$/m.exec(section ?? '')?.[1];
  return url === undefined ? null : url.replace(/^([a-z+]+:\/\/)[^/@]*@/i, '$1');
}

function isHash(text: string): boolean {
  return /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(text);
}

const largest = 64 * 1024 * 1024;

/** A repository of somebody else may have a pipe in the place of a file, or a link to something without an end. */
function read(path: string): string | null {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = fstatSync(fd);
    return stat.isFile() && stat.size <= largest ? readFileSync(fd, 'utf8') : null;
  } catch {
    return null;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
