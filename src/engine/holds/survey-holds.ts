import { Failure } from '../../base/failure.ts';
import type { ThreadRow } from '../../model/thread-row.ts';
import { type Hold, readHolds } from '../../store/holds.ts';
import type { Home } from '../../store/home.ts';
import type { Catalog } from '../catalog.ts';
import { readNames } from '../names.ts';
import type { HeadReader } from '../read-head.ts';
import { summarise } from '../summarise.ts';
import { checkAgainstJournal } from './lost-holds.ts';
import { matchQuery } from './match-query.ts';
import { Origins } from './origins.ts';
import { findPlaces, type Places } from './places.ts';

/** What is held in a home and in its trash, and why. */
export interface HoldSurvey {
  /** The holds that were looked at, with what each covers by thread id. */
  holds: { hold: Hold; covered: Map<string, Cover> }[];
  /** Null when there is no hold to look at. */
  places: Places | null;
}

export interface Cover {
  as: 'id' | 'query' | 'ancestor';
  /** For an ancestor: the covered session that comes from it, if that is there. */
  through: string | null;
  /** Whether it is held only because damage hides what it is. */
  isDoubtful?: true;
}

export interface HoldOptions {
  /** Milliseconds since the epoch. */
  now: number;
  signal: AbortSignal;
  /** Rows that were made from the files, never taken from an index; those of other sessions are made when they are needed. */
  rows?: ReadonlyMap<string, ThreadRow>;
  headOf?: HeadReader;
  onProgress?: (done: number, of: number) => void;
  /** Told of what cannot be known, where that does no harm; when it is absent, that is thrown. */
  onDoubt?: (doubt: Failure) => void;
}

/**
 * Finds what is held: what was named, what matches or was noted to, what those come from. Without a hold, nothing is read but
 * the holds; without one by query, only what is named and its origins.
 *
 * @param asked the threads whose answer is needed; null for all
 * @throws Failure `refused` when that cannot be known for certain
 */
export async function surveyHolds(
  catalog: Catalog,
  asked: Iterable<string> | null,
  options: HoldOptions,
): Promise<HoldSurvey> {
  const inForce = readAllHolds(catalog.home).filter(({ released }) => released === null);
  return surveyThese(catalog, inForce, asked, options);
}

/** The same of some holds only, be they in force or not. */
export async function surveyThese(
  catalog: Catalog,
  chosen: readonly Hold[],
  asked: Iterable<string> | null,
  options: HoldOptions,
): Promise<HoldSurvey> {
  const holds = chosen.map((hold) => ({ hold, covered: new Map<string, Cover>() }));
  if (holds.length === 0) return { holds, places: null };
  const onDoubt = options.onDoubt ?? raise;
  const places = await findPlaces(catalog, onDoubt);
  const origins = new Origins(places, options.headOf);
  for (const { hold, covered } of holds) {
    const { added, threadIds, ancestorIds } = hold;
    const named = new Set(added.selection.thread_ids);
    for (const id of threadIds) covered.set(id, { as: named.has(id) ? 'id' : 'query', through: null });
    for (const id of ancestorIds) if (!covered.has(id)) covered.set(id, { as: 'ancestor', through: null });
  }
  if (holds.some(({ hold }) => hold.added.selection.query !== null)) {
    const candidates = asked === null ? places.threadIds : await descendantsOf(asked, places, origins);
    await matchQueries(catalog, candidates, places, holds, options);
  }
  for (const { covered } of holds) await coverAncestors(covered, origins, onDoubt);
  return { holds, places };
}

/** @throws Failure `refused` for holds that are damaged, or not all there */
export function readAllHolds(home: Home): Hold[] {
  const holds = readHolds(home);
  try {
    checkAgainstJournal(home, holds);
    return holds;
  } catch {
    // One may have been added between both, as readers take no lock.
    const again = readHolds(home);
    checkAgainstJournal(home, again);
    return again;
  }
}

/** The threads themselves and all that come from them: a match among those makes one of these an ancestor. */
async function descendantsOf(asked: Iterable<string>, places: Places, origins: Origins): Promise<Set<string>> {
  const below = new Map<string, string[]>();
  const found = new Set(asked);
  for (const id of places.threadIds) {
    const { ids, doubt } = await origins.find(id);
    if (doubt) found.add(id);
    for (const origin of ids) {
      const children = below.get(origin);
      if (children) children.push(id);
      else below.set(origin, [id]);
    }
  }
  // A set grows while it is walked through.
  for (const id of found) for (const child of below.get(id) ?? []) found.add(child);
  return found;
}

async function matchQueries(
  catalog: Catalog,
  candidates: ReadonlySet<string>,
  places: Places,
  holds: HoldSurvey['holds'],
  options: HoldOptions,
): Promise<void> {
  const needsNames = holds.some(({ hold }) => hold.added.selection.query?.name !== undefined);
  const names = await readNames(catalog, (message) => {
    if (!needsNames) return;
    (options.onDoubt ?? raise)(new Failure('refused', `what is held by its name cannot be known: ${message}`));
  });
  const context = { names, isLive: () => null, now: options.now };
  let done = 0;
  for (const id of candidates) {
    options.signal.throwIfAborted();
    options.onProgress?.(done++, candidates.size);
    if (places.thread(id).length === 0) continue;
    const row = options.rows?.get(id) ?? (await summarise(places, id, context));
    for (const { hold, covered } of holds) {
      const { query } = hold.added.selection;
      const verdict = query === null || covered.has(id) ? 'no' : matchQuery(query, row);
      if (verdict === 'no') continue;
      covered.set(id, { as: 'query', through: null, ...(verdict === 'doubt' && { isDoubtful: true }) });
    }
  }
}

async function coverAncestors(
  covered: Map<string, Cover>,
  origins: Origins,
  onDoubt: (doubt: Failure) => void,
): Promise<void> {
  // What is certain first: what that comes from is certain, too. Of the rest, it is enough that itself is held.
  for (const isDoubtful of [false, true]) {
    // A map grows while it is walked through.
    for (const [id, known] of covered) {
      if ((known.isDoubtful === true) !== isDoubtful) continue;
      const { ids, doubt } = await origins.find(id);
      if (doubt && !isDoubtful) onDoubt(doubt);
      for (const origin of ids) {
        const cover = covered.get(origin);
        if (!cover) covered.set(origin, { as: 'ancestor', through: id, ...(isDoubtful && { isDoubtful }) });
        else if (cover.as === 'ancestor') cover.through ??= id;
      }
    }
  }
}

function raise(doubt: Failure): never {
  throw doubt;
}
