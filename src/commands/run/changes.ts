import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Io } from '../../base/io.ts';
import { runGit } from './run-git.ts';

/** What was changed since the last commit, as a unified diff, new files at the end; null outside of a repository. */
export async function changesSince(cwd: string, io: Io, signal: AbortSignal): Promise<string | null> {
  const git = (args: string[]) => runGit(args, cwd, io, signal);
  const top = (await git(['rev-parse', '--show-toplevel']))?.toString().replace(/\n$/, '');
  if (!top) return null;
  const base = (await git(['rev-parse', '--verify', '-q', 'HEAD'])) ? 'HEAD' : emptyTree;
  const plain = ['--no-ext-diff', '--no-textconv', '--no-color', '--submodule=short'];
  const [changed, added] = await Promise.all([
    git(['-C', top, 'diff', ...plain, base, '--']),
    git(['-C', top, 'ls-files', '-o', '--exclude-standard', '-z']),
  ]);
  if (changed === null) return null;
  const paths = (added?.toString() ?? '').split('\0').filter((path) => path !== '' && !path.endsWith('/'));
  const files: string[] = [];
  for (const path of paths.slice(0, MOST_FILES)) files.push(await newFile(top, path));
  if (paths.length > MOST_FILES) files.push(`# and ${paths.length - MOST_FILES} more new files\n`);
  return changed.toString() + files.join('');
}

/** As git shows it. */
async function newFile(top: string, path: string): Promise<string> {
  const head = `diff --git a/${path} b/${path}\nnew file mode 100644\n`;
  const bytes = await readSmall(join(top, path));
  if (bytes === null || bytes.includes(0)) return `${head}Binary files /dev/null and b/${path} differ\n`;
  if (bytes.length === 0) return head;
  const text = bytes.toString();
  const lines = text.replace(/\n$/, '').split('\n');
  const end = text.endsWith('\n') ? '' : '\\ No newline at end of file\n';
  const body = lines.map((line) => `+${line}\n`).join('');
  return `${head}--- /dev/null\n+++ b/${path}\n@@ -0,0 +1${lines.length === 1 ? '' : `,${lines.length}`} @@\n${body}${end}`;
}

/** Null for what is no file, or too large to be looked at. */
async function readSmall(path: string): Promise<Buffer | null> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = await handle.stat();
      return stat.isFile() && stat.size <= LARGEST ? await handle.readFile() : null;
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}

/** What a repository without a commit is compared with: every git knows it. */
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const MOST_FILES = 200;
const LARGEST = 1024 * 1024;
