import type { Bounds } from './bounds.ts';
import { isWithin, realTarget } from './real-path.ts';

/**
 * Whether the bounds of `workspace-write` and `read-only` let a path be written to, links resolved. Unlike a command, which is
 * kept from what exists, nobody may make a `.git`, `.codex`, `.agents` or `.aws` here: git and Codex would run what they say.
 */
export function isWritable(path: string, bounds: Bounds): boolean {
  const target = realTarget(path);
  if (target === null || isHidden(target, bounds)) return false;
  if (bounds.protected.some((guarded) => isWithin(folded(guarded), folded(target)))) return false;
  return bounds.roots.some((root) => isWithin(root, target) && !reserved.test(target.slice(root.length)));
}

/** Whether tools that run in this process may read a path: not the keys, nor `/proc`, where our own environment can be seen. */
export function isReadable(path: string, bounds: Bounds): boolean {
  const target = realTarget(path);
  if (target === null || isHidden(target, bounds)) return false;
  return !kernelFolders.some((folder) => isWithin(folder, target));
}

function isHidden(target: string, { hidden }: Bounds): boolean {
  return hidden.some((path) => folded(path) === folded(target));
}

/** File systems may take both cases for the same. */
function folded(path: string): string {
  return path.toLowerCase();
}

const reserved = /(?:^|\/)\.(?:git|codex|agents|aws)(?:\/|$)/i;

const kernelFolders = ['/proc', '/sys', '/dev'];
