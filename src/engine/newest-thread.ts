import { Failure } from '../base/failure.ts';
import { parseTime } from '../base/time.ts';
import type { Catalog } from './catalog.ts';
import { lastRecordTime } from './last-record-time.ts';

/**
 * The thread with the newest record: `@last`.
 *
 * @throws Failure `usage` when the home holds no session
 */
export async function newestThread(catalog: Catalog): Promise<string> {
  let newest: { threadId: string; time: number } | null = null;
  for (const threadId of catalog.threadIds) {
    const current = catalog.thread(threadId).at(-1);
    if (!current) continue;
    const updatedAt = await lastRecordTime(current.path);
    const time = updatedAt === null ? Number.NEGATIVE_INFINITY : (parseTime(updatedAt) ?? Number.NEGATIVE_INFINITY);
    if (!newest || time > newest.time || (time === newest.time && threadId > newest.threadId))
      newest = { threadId, time };
  }
  if (!newest) throw new Failure('usage', 'there is no session in this home', { file: catalog.home.path });
  return newest.threadId;
}
