import { lstatSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/**
 * Where a path leads to with every link resolved, also when its last parts do not exist yet. Null where that cannot be
 * said: behind a dangling link, a loop, or a folder that may not be searched.
 */
export function realTarget(path: string): string | null {
  if (path.includes('\0')) return null;
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || isThere(path)) return null;
  }
  const parent = dirname(path);
  if (parent === path) return null;
  const above = realTarget(parent);
  return above === null ? null : join(above, path.slice(parent.length).replace(/^\/+/, ''));
}

/** Whether a path is a folder or lies below it; both absolute and real. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
