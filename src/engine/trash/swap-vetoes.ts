import { join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { type FileIdentity, type HashedFile, identityOf, isUnchanged } from '../../store/file-identity.ts';
import { hashStored } from '../../store/hash-stored.ts';
import type { Home } from '../../store/home.ts';
import { statIn } from '../../store/home-acts.ts';
import { usesLocks } from '../../store/live.ts';
import { describeProcess } from '../../store/lock-holders.ts';
import { findWriters } from '../../store/lock-writers.ts';
import { loadCatalog } from '../catalog.ts';
import { firstDifference } from '../compare-content.ts';
import { rolloutIdsOf } from '../purge/rollout-ids.ts';
import { findDependent } from '../repair/find-dependents.ts';
import type { KnownBases } from '../repair/known-bases.ts';
import type { TrashItem } from './read-trash.ts';
import type { KeptReason } from './restored.ts';

/**
 * What has replaced an original, as it lies there now; null when it is something else by now. A home that was copied, or a session
 * that was archived and came back, has other inodes and times, and the same bytes.
 */
export async function findReplacement(home: Home, made: HashedFile, signal: AbortSignal): Promise<FileIdentity | null> {
  const present = statIn(home, made.path);
  if (isUnchanged(made, present)) return made;
  if (!present?.isFile() || Number(present.size) !== made.size) return null;
  try {
    const found = await hashStored(home, identityOf(made.path, present), { signal });
    return found.sha256 === made.sha256 ? found : null;
  } catch (error) {
    if (error instanceof Failure && error.kind === 'busy') return null;
    throw error;
  }
}

/**
 * Why the original of a session must not take its place again, asked under the lock of the session: an old Codex writes to it, which
 * takes no locks; or another session goes on from bytes that would be others then, such as a fork of what was repaired.
 *
 * @param file.now where the session lies, relative to the home; `place` where the original does
 */
export async function reasonAgainstSwap(
  home: Home,
  item: TrashItem,
  file: { now: string; place: string; bases: KnownBases; signal: AbortSignal },
): Promise<KeptReason | null> {
  const writer = usesLocks(home) ? undefined : findWriters(home)?.get(item.threadId);
  if (writer !== undefined) return { code: 'open', detail: `${describeProcess(writer)} has it open` };
  const { now, place, bases, signal } = file;
  const changedAt = await firstDifference(join(home.path, now), join(home.path, place), signal);
  if (changedAt === Number.POSITIVE_INFINITY) return null;
  const catalog = await loadCatalog(home);
  for (const rolloutId of rolloutIdsOf([{ path: now }])) {
    try {
      const detail = await findDependent(catalog, rolloutId, changedAt, { bases, signal });
      if (detail !== null) return { code: 'referenced', detail };
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'refused') throw error;
      return { code: 'referenced', detail: `${error.place.file ?? 'a file'} ${error.message}` };
    }
  }
  return null;
}
