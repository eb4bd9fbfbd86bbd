import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folders from the root of the repository down to this one, links resolved; only this one outside of a repository. */
export function projectFolders(cwd: string): string[] {
  const own = real(cwd);
  const below: string[] = [];
  for (let folder = own; ; folder = dirname(folder)) {
    below.unshift(folder);
    if (existsSync(join(folder, '.git'))) return below;
    if (dirname(folder) === folder) return [own];
  }
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
