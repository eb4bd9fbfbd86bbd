import { Failure } from '../base/failure.ts';
import { parseTime } from '../base/time.ts';
import type { Catalog } from './catalog.ts';
import { lastRecordTime } from './last-record-time.ts';
import { readHead } from './read-head.ts';

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
    const time = await updatedMs(threadId, current.path);
    if (!newest || time > newest.time || (time === newest.time && threadId > newest.threadId))
      newest = { threadId, time };
  }
  if (!newest) throw new Failure('usage', 'there is no session in this home', { file: catalog.home.path });
  return newest.threadId;
}

async function updatedMs(threadId: string, path: string): Promise<number> {
  const recorded = timeOf(await lastRecordTime(path));
  if (recorded === Number.NEGATIVE_INFINITY || beginningOf(threadId) <= recorded) return recorded;
  // A thread whose records are older than its id may be a fork that copied them.
  const { forkedFrom, meta } = await readHead(path);
  return forkedFrom === null ? recorded : Math.max(recorded, timeOf(meta?.timestamp));
}

function timeOf(text: unknown): number {
  return (typeof text === 'string' ? parseTime(text) : null) ?? Number.NEGATIVE_INFINITY;
}

/** When an id of version 7 was made, in milliseconds since the epoch. */
function beginningOf(threadId: string): number {
  return threadId[14] === '7' ? Number.parseInt(threadId.replace('-', '').slice(0, 12), 16) : Number.NEGATIVE_INFINITY;
}
