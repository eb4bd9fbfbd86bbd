import { closeSync, openSync, readSync } from 'node:fs';
import { toFailure } from '../base/failure.ts';
import type { RolloutEntry } from '../store/discover.ts';
import type { Catalog } from './catalog.ts';
import { spawnerOf } from './parent-thread.ts';
import { readHead } from './read-head.ts';

/**
 * Which threads each thread has spawned, as the files themselves say. Runs of `/review` are no such threads: Codex leaves
 * them where they are when it moves the thread they belong to.
 *
 * @param options.onUnreadable told of a file that could not be read, whose thread is then not known to be spawned
 */
export async function findSpawned(catalog: Catalog, options: SpawnedOptions): Promise<Map<string, string[]>> {
  const spawned = new Map<string, string[]>();
  const ids = [...catalog.threadIds];
  for (const [done, threadId] of ids.entries()) {
    options.signal.throwIfAborted();
    options.onProgress?.(done, ids.length);
    const first = catalog.thread(threadId)[0] as RolloutEntry;
    if (isPlainlyNotSpawned(first)) continue;
    const parent = await readParent(first, options);
    if (parent !== null && parent !== threadId) spawned.set(parent, [...(spawned.get(parent) ?? []), threadId]);
  }
  return spawned;
}

export interface SpawnedOptions {
  signal: AbortSignal;
  onUnreadable(path: string, message: string): void;
  onProgress?: (done: number, of: number) => void;
}

/** A thread with everything that it has spawned, and what that has; each once. */
export function familyOf(threadId: string, childrenOf: (id: string) => readonly string[]): string[] {
  const family = new Set([threadId]);
  // A set grows while it is walked through.
  for (const member of family) for (const child of childrenOf(member)) family.add(child);
  return [...family];
}

/**
 * Spares decoding most files: Codex writes the source near the front of the first line, and that of a session of a user is
 * a word. Quotes inside of a JSON text are escaped, so that the pattern is no part of one.
 */
function isPlainlyNotSpawned({ path, compressed }: RolloutEntry): boolean {
  if (compressed) return false;
  const head = Buffer.alloc(HEAD_BYTES);
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return false;
  }
  try {
    const text = head.toString('latin1', 0, readSync(descriptor, head, 0, HEAD_BYTES, 0));
    const [line = ''] = text.split('\n', 1);
    return /"source":"/.test(line) && !line.includes('"parent_thread_id"');
  } catch {
    return false;
  } finally {
    closeSync(descriptor);
  }
}

async function readParent(file: RolloutEntry, options: SpawnedOptions): Promise<string | null> {
  try {
    return spawnerOf((await readHead(file.path)).meta);
  } catch (error) {
    options.onUnreadable(file.path, toFailure(error).message);
    return null;
  }
}

const HEAD_BYTES = 2048;
