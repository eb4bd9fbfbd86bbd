import { lstatSync } from 'node:fs';
import { Failure } from '../../base/failure.ts';
import type { Clock } from '../../base/io.ts';
import { parseTime } from '../../base/time.ts';
import type { RolloutEntry } from '../../store/discover.ts';
import type { Home } from '../../store/home.ts';
import { createLiveProbe, IDLE_MS, usesLocks } from '../../store/live.ts';
import { findWriters } from '../../store/lock-writers.ts';
import { type Catalog, loadCatalog } from '../catalog.ts';
import { checkHolds } from '../holds/check-holds.ts';
import { lastRecordTime } from '../last-record-time.ts';
import { expectNoDependents } from './find-dependents.ts';
import type { KnownBases } from './known-bases.ts';
import type { PreparedRepair } from './prepare-repair.ts';

export interface MayContext {
  clock: Clock;
  signal: AbortSignal;
  bases: KnownBases;
}

/**
 * Finds what speaks against changing a file: somebody has its session open, or may have; it is held; another file goes on from
 * bytes of it that would change; the place of the result is taken.
 *
 * @returns asks the same again; to be called under the lock of the thread, right before the file is replaced
 * @throws Failure `refused`
 */
export async function expectRepairable(
  catalog: Catalog,
  entry: RolloutEntry,
  prepared: PreparedRepair,
  context: MayContext,
): Promise<() => Promise<void>> {
  const { home } = catalog;
  const { firstChanged, newPath } = prepared;
  if (createLiveProbe(home)(entry.threadId) === true) throw live(entry);
  await expectIdle(home, entry, context);
  if (newPath !== entry.path && lstatSync(newPath, { throwIfNoEntry: false })) {
    throw new Failure('refused', 'is not repaired: there is a file of the name that it has to get', { file: newPath });
  }
  await expectNotHeld(catalog, entry, context);
  await expectNoDependents(catalog, entry.rolloutId, firstChanged, context);
  return async () => {
    if (findWriters(home)?.has(entry.threadId)) throw live(entry);
    await expectIdle(home, entry, context);
    const now = await loadCatalog(home);
    await expectNotHeld(now, entry, context);
    await expectNoDependents(now, entry.rolloutId, firstChanged, context);
  };
}

async function expectNotHeld(catalog: Catalog, entry: RolloutEntry, { clock, signal }: MayContext): Promise<void> {
  const held = await checkHolds(catalog.home, catalog, [entry.threadId], { now: clock.now(), signal });
  const ids = held.get(entry.threadId);
  if (ids) throw new Failure('refused', `is not repaired: it is held (${ids.join(', ')})`, { file: entry.path });
}

/** A Codex that takes no locks shows by the files that it writes, which are not seen of other users; it is gone after a week. */
async function expectIdle(home: Home, { path }: RolloutEntry, { clock }: MayContext): Promise<void> {
  if (usesLocks(home)) return;
  const recorded = await lastRecordTime(path).catch(() => null);
  const times = [
    lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null,
    recorded === null ? null : parseTime(recorded),
  ];
  const isLongIdle = times.every((time) => time === null || time <= clock.now() - IDLE_MS);
  if (isLongIdle) return;
  throw new Failure('refused', 'is not repaired: it cannot be known whether the session is open', {
    file: path,
    hint: 'the Codex of this home takes no locks; such a session is repaired when it was left alone for 7 days',
  });
}

function live({ threadId, path }: RolloutEntry): Failure {
  return new Failure('refused', `is not repaired: somebody has session ${threadId} open`, { file: path });
}
