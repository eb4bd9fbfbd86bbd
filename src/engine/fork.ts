import { basename } from 'node:path';
import { Failure } from '../base/failure.ts';
import type { Clock } from '../base/io.ts';
import { parseRolloutName } from '../format/file-name.ts';
import { newId } from '../model/new-id.ts';
import { createRollout, newRolloutPath } from '../store/create-rollout.ts';
import { removeLineageNote, writeLineageNote } from '../store/lineage.ts';
import { sweepLineage } from '../store/lineage-sweep.ts';
import type { LockWait } from '../store/lock-file.ts';
import { lockThreads, type ThreadLocks } from '../store/locks.ts';
import { sweepTemps } from '../store/writer/own-temp.ts';
import { type Catalog, loadCatalog } from './catalog.ts';
import { type CutThread, cutThread } from './fork/find-cut.ts';
import { checkBase, type ForkMethod, methodFor } from './fork/fork-method.ts';
import type { ForkPoint } from './fork/fork-point.ts';
import { makeChild } from './fork/make-child.ts';
import type { Report } from './problem.ts';

export interface ForkOptions {
  point: ForkPoint;
  /** Null for what suits the parent. */
  method: ForkMethod | null;
  /** Where the fork works, absolute; null where the parent did. */
  cwd: string | null;
  /** Where the program was called: the folder of a parent that names none. */
  fallbackCwd: string;
  /** Version of this program. */
  version: string;
  clock: Clock;
  signal: AbortSignal;
  report: Report;
}

export interface Forked {
  threadId: string;
  forkedFrom: string;
  /** The last recorded turn of the parent that the fork has; 0 for none. */
  turn: number;
  state: 'idle' | 'interrupted';
  method: ForkMethod;
  path: string;
}

/**
 * Makes a thread that goes on from a point in another one, whose files are not touched: by reference, a file that says up to
 * where the parent's is inherited, or by copy. There is the whole fork, or none.
 *
 * @param catalog has the fork afterwards
 * @throws Failure `usage` when there is no such point, or it cannot be done that way; `busy`; `trouble`
 */
export async function forkSession(catalog: Catalog, parentId: string, options: ForkOptions): Promise<Forked> {
  const { clock, signal } = options;
  const { home } = catalog;
  await sweepTemps(home);
  sweepLineage(home, (id) => catalog.thread(id).length > 0);
  const now = clock.now();
  const threadId = newId(now);
  const locks = await lockBoth(catalog, threadId, parentId, { clock, signal });
  try {
    const cut = await cutMoved(catalog, parentId, options.point);
    try {
      return await writeChild(catalog, cut, { ...options, threadId, parentId, now });
    } finally {
      await cut.close();
    }
  } finally {
    await locks.release();
  }
}

interface Writing extends ForkOptions {
  threadId: string;
  parentId: string;
  now: number;
}

async function writeChild(catalog: Catalog, cut: CutThread, writing: Writing): Promise<Forked> {
  const { home } = catalog;
  const { threadId, parentId, now } = writing;
  const method = methodFor(cut, parentId, writing.method);
  const { content, note } = await makeChild(catalog, cut, { ...writing, method });
  const path = newRolloutPath(home, threadId, now);
  try {
    await createRollout(home, threadId, path, content, async () => {
      if (method === 'copy') writeLineageNote(home, note());
      else checkBase(cut);
    });
  } catch (error) {
    removeLineageNote(home, threadId);
    throw error;
  }
  for (const problem of cut.problems) writing.report(problem);
  const name = basename(path);
  const parsed = parseRolloutName(name);
  if (parsed) catalog.add({ kind: 'rollout', path, name, archived: false, ...parsed });
  const { turn, state } = cut;
  return { threadId, forkedFrom: parentId, turn, state: state.state, method, path };
}

/** The parent is held as well where it is free, so that nobody removes it meanwhile; what is added to it does no harm. */
async function lockBoth(catalog: Catalog, threadId: string, parentId: string, wait: LockWait): Promise<ThreadLocks> {
  try {
    return await lockThreads(catalog.home, [threadId, parentId], wait);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'busy') throw error;
    return lockThreads(catalog.home, [threadId], wait);
  }
}

/** Codex may have moved or compressed the parent since the home was searched. */
async function cutMoved(catalog: Catalog, parentId: string, point: ForkPoint): Promise<CutThread> {
  try {
    return await cutThread(catalog, parentId, point);
  } catch (error) {
    const now = await loadCatalog(catalog.home);
    const pathsIn = (one: Catalog) => JSON.stringify(one.thread(parentId).map(({ path }) => path));
    if (pathsIn(now) === pathsIn(catalog)) throw error;
    return cutThread(now, parentId, point);
  }
}
