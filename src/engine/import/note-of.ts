import { fitsNote, type LineageNote, parseLineageNote } from '../../store/lineage.ts';
import { isThreadId } from '../../store/locks.ts';
import { openRollout } from '../../store/rollout-file.ts';
import { readChecked } from '../bundle/checked-file.ts';
import type { Source } from './incoming.ts';
import { replaceIds } from './new-ids.ts';
import type { ImportPlan, Placing } from './plan.ts';

/**
 * What a bundle says of a fork that copied its parent's records, with the ids that it will have. Ids are as long as others, so
 * its places stay right. Null where there is no such note, or it does not fit the file: then it tells nothing.
 */
export async function noteOf(
  { bundle }: Source,
  { incoming, threadId, rolloutId }: Placing,
  ids: ImportPlan['ids'],
): Promise<LineageNote | null> {
  if (bundle === null || incoming.rolloutId !== incoming.threadId || rolloutId !== threadId) return null;
  const bytes = readChecked(bundle, `lineage/${incoming.threadId}.json`, MOST_BYTES);
  const note = bytes && parseLineageNote(bytes.toString('utf8'), incoming.threadId);
  if (!note || !(await fits(incoming.file, note))) return null;
  const [forkedFrom, parent] = [note.forked_from_id, note.parent_rollout_id].map((id) => replaceIds(id, ids));
  if (!isThreadId(threadId) || forkedFrom === undefined || parent === undefined) return null;
  const placed = { ...note, thread_id: threadId, forked_from_id: forkedFrom, parent_rollout_id: parent };
  // The copy begins behind the first record, where ids are not replaced.
  return placed;
}

async function fits(file: string, note: LineageNote): Promise<boolean> {
  const rollout = await openRollout(file);
  try {
    return await fitsNote(rollout, note);
  } finally {
    await rollout.close();
  }
}

const MOST_BYTES = 16 * 1024;
