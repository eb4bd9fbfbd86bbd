import { readLineageNote } from '../store/lineage.ts';
import type { Rollouts } from './catalog.ts';
import { openCopiedPrefix, openNotedPrefix } from './copied-prefix.ts';
import type { Report } from './problem.ts';
import { type HeadReader, rememberHeads } from './read-head.ts';
import type { ThreadSource } from './read-thread.ts';
import { findThreadParts } from './thread-parts.ts';

/** Everything that is needed to read a thread of a home: its files in order, and its parent where it copied one. */
export async function openThread(
  catalog: Rollouts,
  threadId: string,
  report: Report,
  headOf: HeadReader = rememberHeads(),
): Promise<ThreadSource> {
  const parts = await findThreadParts(catalog, threadId, report, headOf);
  return { threadId, parts, openPrefix: await findParent(catalog, threadId, parts, headOf) };
}

async function findParent(
  catalog: Rollouts,
  threadId: string,
  parts: ThreadSource['parts'],
  headOf: HeadReader,
): Promise<ThreadSource['openPrefix']> {
  const first = parts[0];
  // A fork by reference copies nothing.
  if (!first || first.inheritedFrom) return null;
  const head = await headOf(first.path);
  const parentId = head.forkedFrom;
  if (!parentId || parentId === threadId || head.base) return null;
  const parent = catalog.thread(parentId)[0];
  const note = readLineageNote(catalog.home, threadId);
  if (note?.forked_from_id !== parentId) {
    return parent ? { parentId, open: (report) => openCopiedPrefix(parent.path, report) } : null;
  }
  return {
    parentId,
    open: async (report) =>
      (await openNotedPrefix(first.path, note)) ?? (parent ? openCopiedPrefix(parent.path, report) : null),
  };
}
