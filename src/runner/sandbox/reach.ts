import type { Bounds } from './bounds.ts';
import { isWithin, realTarget } from './real-path.ts';

/** Whether the bounds of `workspace-write` and `read-only` let a path be written to, links resolved. */
export function isWritable(path: string, bounds: Bounds): boolean {
  const target = realTarget(path);
  if (target === null || bounds.hidden.includes(target)) return false;
  if (bounds.protected.some((guarded) => isWithin(guarded, target))) return false;
  return bounds.writable.some((root) => isWithin(root, target));
}

/** Whether tools that run in this process may read a path: not the keys, nor `/proc`, where our own environment can be seen. */
export function isReadable(path: string, bounds: Bounds): boolean {
  const target = realTarget(path);
  if (target === null || bounds.hidden.includes(target)) return false;
  return !kernelFolders.some((folder) => isWithin(folder, target));
}

const kernelFolders = ['/proc', '/sys', '/dev'];
