import { statSync } from 'node:fs';
import { createLiveProbe } from '../../store/live.ts';
import type { Catalog } from '../catalog.ts';
import { readNames } from '../names.ts';
import { matcher, type Selectors, selectRows } from '../selectors.ts';
import { summarise } from '../summarise.ts';
import { readAge } from './read-age.ts';

/**
 * The sessions that are meant and have something to be done, in the order in which they are worked on. Everything is read from
 * the files: what is moved is never chosen by an index.
 *
 * @param threadIds those that were named; null for all of the home
 * @param hasWork whether there is something to do, which is cheap to know
 */
export async function findCandidates(
  catalog: Catalog,
  threadIds: readonly string[] | null,
  request: CandidateRequest,
  hasWork: (threadId: string) => boolean,
): Promise<string[]> {
  const { selectors, now } = request;
  const wanted = (threadIds ?? [...catalog.threadIds]).filter(
    (id) =>
      isInFolder(catalog, id, selectors) && (threadIds !== null || (hasWork(id) && mayBeOld(catalog, id, request))),
  );
  if (!isSelective(selectors)) return threadIds ? wanted : wanted.sort();
  const rows = needsRows(selectors) ? await readRows(catalog, wanted, request) : null;
  if (rows) return selectRows(rows, selectors, now).map(({ thread_id }) => thread_id);
  const selected: string[] = [];
  for (const id of wanted) {
    request.signal.throwIfAborted();
    const age = await readAge(catalog.thread(id).map(({ path }) => path));
    if (passes(age, selectors, now)) selected.push(id);
    request.onProgress?.(selected.length, wanted.length);
  }
  return selected.sort();
}

export interface CandidateRequest {
  selectors: Selectors;
  /** Milliseconds since the epoch. */
  now: number;
  signal: AbortSignal;
  onProgress?: (done: number, of: number) => void;
}

/** Whether any session is ruled out but by its folder. */
export function isSelective({ archived: _, sort: _sort, reverse: _reverse, ...tests }: Selectors): boolean {
  return Object.values(tests).some((test) => test !== undefined);
}

function isInFolder(catalog: Catalog, id: string, selectors: Selectors): boolean {
  const archived = catalog.thread(id).at(-1)?.archived ?? false;
  if (selectors.archived === 'only') return archived;
  return selectors.archived === 'added' || !archived;
}

/** Spares reading a file that was written to lately. */
function mayBeOld(catalog: Catalog, id: string, { selectors, now }: CandidateRequest): boolean {
  if (selectors.olderThan === undefined) return true;
  const path = catalog.thread(id).at(-1)?.path;
  const stat = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && now - Math.floor(stat.mtimeMs) >= selectors.olderThan;
}

/** The age is to be had from the end of a file, everything else from all of it. */
function needsRows({ olderThan: _, newerThan: _newer, sort, ...others }: Selectors): boolean {
  return isSelective(others) || (sort !== undefined && sort !== 'updated');
}

async function readRows(catalog: Catalog, ids: readonly string[], request: CandidateRequest) {
  const { selectors, now } = request;
  const names = selectors.name === undefined ? new Map<string, string>() : await readNames(catalog);
  const context = { names, isLive: createLiveProbe(catalog.home), now };
  const matches = matcher(selectors, now);
  const rows = [];
  let done = 0;
  for (const id of ids) {
    request.signal.throwIfAborted();
    const row = await summarise(catalog, id, context);
    if (matches(row)) rows.push(row);
    request.onProgress?.(++done, ids.length);
  }
  return rows;
}

function passes(ageMs: number | null, { olderThan, newerThan }: Selectors, now: number): boolean {
  const age = ageMs === null || ageMs > now ? null : now - ageMs;
  if (olderThan !== undefined && !(age !== null && age >= olderThan)) return false;
  return newerThan === undefined || (age !== null && age < newerThan);
}
