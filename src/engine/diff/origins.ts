import type { Catalog } from '../catalog.ts';
import { readHead } from '../read-head.ts';
import type { ThreadSource } from '../read-thread.ts';

/**
 * A session and those that it was forked from, the nearest first. It ends where a file says no more, or cannot be read.
 *
 * @param catalog where forks of forks are looked up; null for a file alone
 */
export async function originsOf(source: ThreadSource, catalog: Catalog | null): Promise<string[]> {
  const origins = source.threadId === null ? [] : [source.threadId];
  let path = source.parts.find(({ inheritedFrom }) => inheritedFrom === null)?.path;
  while (path !== undefined) {
    const forkedFrom = await forkedFromOf(path);
    if (forkedFrom === null || origins.includes(forkedFrom)) break;
    origins.push(forkedFrom);
    path = catalog?.thread(forkedFrom)[0]?.path;
  }
  return origins;
}

async function forkedFromOf(path: string): Promise<string | null> {
  try {
    return (await readHead(path)).forkedFrom;
  } catch {
    // Who reads its content says so.
    return null;
  }
}
