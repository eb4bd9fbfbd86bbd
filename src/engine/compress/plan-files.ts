import { lstatSync } from 'node:fs';
import type { RolloutEntry } from '../../store/discover.ts';
import type { Catalog } from '../catalog.ts';
import type { CompressKind, KeptReason } from './compressed-row.ts';

/** A file that something else is to stand in the place of. Paths are absolute. */
export interface FileStep {
  from: string;
  /** The same for a file that is compressed anew. */
  to: string;
  /** There is a file at `to` already, which has to hold the same. */
  hasTwin: boolean;
  size: number;
}

/** What is to be done with the files of a thread, in this order: all of its segments, and twins of them. */
export interface SessionSteps {
  threadId: string;
  steps: FileStep[];
  /** Why nothing may be done with them as they are. */
  faults: KeptReason[];
}

/**
 * Looks at the files of a thread, but not into them.
 *
 * @param hiddenOf from `hiddenByThread`
 * @param anew compresses files that are compressed already, too
 */
export function planFiles(
  catalog: Catalog,
  hiddenOf: HiddenFiles,
  threadId: string,
  kind: CompressKind,
  anew: boolean,
): SessionSteps {
  const own = catalog.thread(threadId);
  const hidden = hiddenOf.get(threadId) ?? [];
  const twins = new Set(
    hidden.filter(({ entry, by }) => entry.path === `${by.path}.zst`).map(({ entry }) => entry.path),
  );
  const faults: KeptReason[] = [];
  for (const { entry } of hidden) {
    // Which of them readers find goes by their endings, among others.
    if (!twins.has(entry.path)) faults.push({ code: 'duplicate-id', detail: entry.path });
  }
  const steps: FileStep[] = [];
  for (const file of own) {
    const step = stepOf(file, kind, twins, anew);
    if (!step) continue;
    const stat = lstatSync(step.from, { throwIfNoEntry: false });
    if (stat && stat.nlink > 1) faults.push({ code: 'hard-link', detail: step.from });
    // One that somebody has archived or removed since it was found is told of when its turn comes.
    steps.push({ ...step, size: stat?.size ?? 0 });
  }
  return { threadId, steps, faults };
}

export type HiddenFiles = ReadonlyMap<string, Catalog['hidden']>;

/** The files of a home that others hide, by the threads of both. */
export function hiddenByThread(catalog: Catalog): HiddenFiles {
  const byThread = new Map<string, Catalog['hidden']>();
  for (const pair of catalog.hidden) {
    for (const threadId of new Set([pair.entry.threadId, pair.by.threadId])) {
      const known = byThread.get(threadId);
      if (known) known.push(pair);
      else byThread.set(threadId, [pair]);
    }
  }
  return byThread;
}

function stepOf(
  file: RolloutEntry,
  kind: CompressKind,
  twins: ReadonlySet<string>,
  anew: boolean,
): Omit<FileStep, 'size'> | null {
  const { path } = file;
  const twin = `${path}.zst`;
  if (kind === 'compress') {
    if (file.compressed) return anew ? { from: path, to: path, hasTwin: false } : null;
    return { from: path, to: twin, hasTwin: twins.has(twin) };
  }
  if (file.compressed) return { from: path, to: path.slice(0, -'.zst'.length), hasTwin: false };
  return twins.has(twin) ? { from: twin, to: path, hasTwin: true } : null;
}
