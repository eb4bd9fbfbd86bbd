import { toFailure } from '../../base/failure.ts';
import { readLineageNote } from '../../store/lineage.ts';
import type { Catalog } from '../catalog.ts';
import { openNotedPrefix } from '../copied-prefix.ts';
import { openThread } from '../open-thread.ts';
import type { Report } from '../problem.ts';
import { type Head, rememberHeads } from '../read-head.ts';
import { findThreadParts } from '../thread-parts.ts';
import { copiedTurns, type Point, turnsAt } from './turns-at.ts';

/** How a fork has its parent's history, and up to which turn. */
export interface ForkPoint {
  method: 'copy' | 'reference';
  /** Of the parent's recorded turns, the last that was inherited; 0 when it was forked before the first. Null where unknown. */
  turn: number | null;
}

/**
 * Finds out where forks leave their parents, from the files of both. A parent that several were forked from by reference is read
 * once.
 *
 * @param forks thread id to the thread that it was forked from
 */
export async function findForkPoints(
  catalog: Catalog,
  forks: ReadonlyMap<string, string>,
  { report, signal }: { report: Report; signal: AbortSignal },
): Promise<Map<string, ForkPoint>> {
  const points = new Map<string, ForkPoint>();
  const references = new Map<string, Reference[]>();
  const headOf = rememberHeads();
  for (const [child, parent] of forks) {
    signal.throwIfAborted();
    const first = catalog.thread(child)[0];
    if (!first) continue;
    await attempt(first.path, report, async () => {
      const reference = referenceOf(child, await headOf(first.path));
      points.set(child, { method: reference ? 'reference' : 'copy', turn: null });
      if (reference) references.set(parent, [...(references.get(parent) ?? []), reference]);
      else points.set(child, { method: 'copy', turn: await copiedUpTo(catalog, child, parent, first.path, report) });
    });
  }
  for (const [parent, cuts] of references) {
    signal.throwIfAborted();
    const [file] = catalog.thread(parent);
    if (!file) continue;
    await attempt(file.path, report, async () => {
      const parts = await findThreadParts(catalog, parent, report, headOf);
      for (const [{ child }, turn] of await turnsAt(parts, cuts)) points.set(child, { method: 'reference', turn });
    });
  }
  return points;
}

/** By the note that this program made of it, else by comparison with the parent. */
async function copiedUpTo(
  catalog: Catalog,
  child: string,
  parent: string,
  path: string,
  report: Report,
): Promise<number | null> {
  const note = readLineageNote(catalog.home, child);
  if (note?.forked_from_id === parent && (await openNotedPrefix(path, note))) return note.turn;
  const { openPrefix } = await openThread(catalog, child, report);
  const prefix = openPrefix && (await openPrefix.open(report));
  try {
    return prefix && (await copiedTurns(path, prefix));
  } finally {
    await prefix?.close();
  }
}

interface Reference extends Point {
  child: string;
}

function referenceOf(child: string, { base }: Head): Reference | null {
  if (!base) return null;
  const cut = {
    endByte: base.endByte ?? Number.POSITIVE_INFINITY,
    endOrdinal: base.endOrdinal ?? Number.POSITIVE_INFINITY,
  };
  return { child, rolloutId: base.rolloutId, cut };
}

/** What stands in a file that cannot be read stays unknown. */
async function attempt(path: string, report: Report, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const { message, place } = toFailure(error);
    const file = place.file ?? path;
    report({ rule: 'UNREADABLE', weight: 'lost', file, line: null, offset: null, message });
  }
}
