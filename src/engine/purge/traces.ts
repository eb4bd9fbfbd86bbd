import { join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { clearDatabase } from '../../index/codex-traces-clear.ts';
import { forgetThreads } from '../../index/forget-threads.ts';
import type { Home } from '../../store/home.ts';
import { IdSearch, type ThreadTrail } from '../../store/id-search.ts';
import type { LockWait } from '../../store/lock-file.ts';
import { lockThreads } from '../../store/locks.ts';
import { editNameIndex } from '../../store/name-index-edit.ts';
import { removePrompts } from '../../store/prompt-history.ts';
import { loadCatalog } from '../catalog.ts';
import { wordsOf } from '../search/words.ts';
import { ownTrails } from './own-trails.ts';
import { clearFile } from './traces-clear-files.ts';
import { findTraces, type Trace } from './traces-find.ts';

/**
 * Removes every trace of sessions whose files are gone: from Codex's databases by the smallest edit that does it, from its
 * name index and prompt history under its locks, from files that it keeps for a session, and from our own index. Call it
 * under the store lock and, where somebody could have them open, the locks of these threads. A session that has a file in
 * the home lives again, and is not touched. Running it again does the rest of a run that was cut short.
 *
 * @returns what is left, and why; nothing when all is gone. Files in the trash count, too: remove them before
 * @throws Failure `refused` when it cannot be known which sessions are in the home
 */
export async function clearTraces(home: Home, threads: readonly ThreadTrail[], wait: LockWait): Promise<LeftTrace[]> {
  const catalog = await loadCatalog(home);
  const unreadable = catalog.obstacles.find(({ rule }) => rule === 'UNREADABLE');
  if (unreadable) {
    throw new Failure('refused', `which sessions are in the home cannot be known: ${unreadable.message}`, {
      file: unreadable.path,
    });
  }
  const isLiving = ({ threadId }: ThreadTrail) => catalog.thread(threadId).length > 0;
  const living = threads.filter(isLiving);
  const gone = ownTrails(
    catalog,
    threads.filter((thread) => !isLiving(thread)),
  );
  const left = living.map(
    ({ threadId }): LeftTrace => ({
      ...nothing,
      thread_id: threadId,
      layer: 'rollouts',
      file: catalog.thread(threadId)[0]?.path.slice(home.path.length + 1) ?? '',
      reason: 'the session is in the home again, and is not touched',
    }),
  );
  if (gone.length === 0) return left;
  const search = new IdSearch(gone);
  const reasons = await clearAll(home, search, faults(findTraces(home, gone)), wait);
  for (const trace of faults(findTraces(home, gone))) {
    // Given back with the locks of the threads.
    if (trace.layer !== 'locks') left.push({ ...trace, reason: reasons.get(trace.file) ?? reasonOf(trace) });
  }
  return left;
}

/** What is left of a session, and why. */
export interface LeftTrace extends Trace {
  reason: string;
}

/** Traces that are more than what Codex itself leaves. */
export function faults(traces: readonly Trace[]): Trace[] {
  return traces.filter(({ kept }) => !kept);
}

/** Why each file could not be cleared, as far as that is known. */
async function clearAll(home: Home, search: IdSearch, traces: Trace[], wait: LockWait): Promise<Map<string, string>> {
  const reasons = new Map<string, string>();
  const attempt = async (file: string, act: () => Promise<unknown> | unknown) => {
    try {
      await act();
    } catch (error) {
      reasons.set(file, (error as Error).message);
    }
  };
  const inLayer = (layer: Trace['layer']) => traces.filter((trace) => trace.layer === layer);
  const isGone = (id: string) => search.ownerOf(id) !== undefined;

  for (const file of new Set(inLayer('codex-databases').map((trace) => trace.file))) {
    await attempt(file, () => {
      const reason = clearDatabase(join(home.path, file), search);
      if (reason !== null) reasons.set(file, reason);
    });
  }
  for (const { file } of inLayer('names').slice(0, 1)) {
    await attempt(file, async () => {
      const edit = await editNameIndex(home, wait);
      try {
        edit.removeEach(isGone);
      } finally {
        edit.release();
      }
    });
  }
  for (const { file } of inLayer('prompt-history').slice(0, 1)) {
    await attempt(file, () => removePrompts(home, isGone, wait));
  }
  for (const trace of traces) await attempt(trace.file, () => clearFile(home, trace, search));
  for (const { file, thread_id } of inLayer('locks')) {
    // Left by a Codex that was killed; taking it removes it. One that is held is given back by whoever holds it.
    await attempt(file, async () => (await lockThreads(home, [thread_id], wait)).release());
  }
  for (const { file } of inLayer('index').slice(0, 1)) {
    await attempt(file, () => forgetThreads(home.path, search, wordsOf));
  }
  return reasons;
}

function reasonOf({ layer, unreadable }: Trace): string {
  if (unreadable !== null) return `cannot be read: ${unreadable}`;
  if (layer === 'trash') return 'lies in the trash of another transaction, which is not past its grace';
  if (layer === 'memories') return 'was written from notes of several sessions, and is not ours to change';
  if (layer === 'rollouts') return 'a file of another session has this id in its name';
  return 'is not known to be of the session alone, and is not changed';
}

const nothing = { table: null, count: 1, kept: false, unreadable: null };
