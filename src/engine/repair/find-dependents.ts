import { throwIfStopped } from '../../base/abort.ts';
import { Failure } from '../../base/failure.ts';
import type { Catalog } from '../catalog.ts';
import { findPlaces } from '../holds/places.ts';
import type { KnownBases } from './known-bases.ts';

/**
 * Looks for files that go on from a rollout beyond a place in it: what stands before that place they may need as it is. Those in
 * the trash count, because they can come back.
 *
 * @param changedAt first byte of the content that changes
 *
 * @throws Failure `refused` when there is one, or what cannot be read may be one
 */
export async function expectNoDependents(
  catalog: Catalog,
  rolloutId: string,
  changedAt: number,
  options: DependentOptions,
): Promise<void> {
  const found = await findDependent(catalog, rolloutId, changedAt, options);
  if (found === null) return;
  const own = catalog.rollout(rolloutId);
  throw new Failure('refused', `is not repaired: ${found}`, {
    file: own?.path,
    ...(own && { hint: `repair a copy of it: sessions fork --copy ${own.threadId}` }),
  });
}

/**
 * Says who goes on from a rollout beyond a place in it; null when nobody does. As `expectNoDependents`.
 *
 * @throws Failure `refused` when what cannot be read may do that
 */
export async function findDependent(
  catalog: Catalog,
  rolloutId: string,
  changedAt: number,
  { bases, signal }: DependentOptions,
): Promise<string | null> {
  const places = await findPlaces(catalog, ({ place, cause }) => {
    const message = 'is not read, so what goes on from where cannot be known';
    throw new Failure('refused', message, { file: place.file, cause });
  });
  for (const { entry, isTrashed } of places.allFiles()) {
    throwIfStopped(signal);
    if (entry.rolloutId === rolloutId) continue;
    const reach = await bases.reachInto(entry.path, rolloutId);
    if (reach <= changedAt) continue;
    const who = `session ${entry.threadId}${isTrashed ? ', which is in the trash,' : ''}`;
    const how = Number.isFinite(reach)
      ? `up to byte ${reach}, and byte ${changedAt} would change`
      : 'as far as can be seen';
    return `${who} goes on from it, ${how}`;
  }
  return null;
}

export interface DependentOptions {
  bases: KnownBases;
  signal: AbortSignal;
}
