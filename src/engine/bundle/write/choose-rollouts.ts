import type { RolloutEntry } from '../../../store/discover.ts';
import type { Catalog } from '../../catalog.ts';
import { openThread } from '../../open-thread.ts';
import type { Report } from '../../problem.ts';
import type { PackedRollout } from './rollouts.ts';

/**
 * The files of sessions, and those of others that they refer to, by the names that they get in the bundle.
 *
 * @param onFailure told of a session that cannot be opened; the others go on
 */
export async function chooseRollouts(
  catalog: Catalog,
  threadIds: ReadonlySet<string>,
  { report, onFailure }: { report: Report; onFailure(threadId: string, error: unknown): Promise<void> },
): Promise<PackedRollout[]> {
  const entries = new Map<string, RolloutEntry>();
  for (const threadId of [...threadIds].sort()) {
    try {
      for (const entry of await filesOf(catalog, threadId, report)) entries.set(entry.path, entry);
    } catch (error) {
      await onFailure(threadId, error);
    }
  }
  const folders = new Set<string>();
  return [...entries.values()]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map((entry): PackedRollout => {
      const role = threadIds.has(entry.threadId) ? 'exported' : 'base';
      return { entry, role, file: `${freeFolder(folders, entry.rolloutId)}/rollout.jsonl` };
    })
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}

async function filesOf(catalog: Catalog, threadId: string, report: Report): Promise<RolloutEntry[]> {
  const { parts } = await openThread(catalog, threadId, report);
  const bases = parts.flatMap(({ rolloutId, inheritedFrom }) => {
    const entry = inheritedFrom === null ? undefined : catalog.rollout(rolloutId);
    return entry ? [entry] : [];
  });
  return [...bases, ...catalog.thread(threadId)];
}

/** Two files may claim one id. */
function freeFolder(taken: Set<string>, rolloutId: string): string {
  let folder = `data/${rolloutId}`;
  for (let count = 2; taken.has(folder); count++) folder = `data/${rolloutId}-${count}`;
  taken.add(folder);
  return folder;
}
