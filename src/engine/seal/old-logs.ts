import { Failure } from '../../base/failure.ts';
import { formatTime } from '../../base/time.ts';
import type { Home } from '../../store/home.ts';
import { listOldLogs } from '../../store/seals.ts';
import type { Catalog } from '../catalog.ts';
import { LOG_ORIGIN } from './checkpoint.ts';
import { evidenceOf, readNews } from './journal-news.ts';
import type { BeginEntry } from './log-entry.ts';
import type { LogContext, LogWriter } from './log-writer.ts';
import { readLogAt } from './read-log.ts';

/** The first line of a log that a human had begun anew: which one was there before, as far as that can be told. */
export async function beginEntry(home: Home, { now }: Pick<LogContext, 'now'>): Promise<BeginEntry> {
  const last = listOldLogs(home).at(-1);
  const checkpoint = last ? (await readLogAt(last)).checkpoint : null;
  const isLog = checkpoint !== null && LOG_ORIGIN.test(checkpoint.origin);
  return {
    ...{ schema: 'sessions.seal-log-entry/1', at: formatTime(now()) ?? 'unknown', event: 'began' },
    ...{ previous_log: isLog ? checkpoint.origin : null, previous_size: isLog ? checkpoint.size : null },
  };
}

/**
 * Enters into a log that was begun anew what those before it knew, and what is neither here nor in it: otherwise beginning one would
 * hide what was removed. Whatever can be read of them counts, damaged or not.
 *
 * @returns what is gone
 */
export async function noteLost(log: LogWriter, catalog: Catalog, now: number): Promise<Failure[]> {
  const { home } = catalog;
  const lost = new Map<string, string>();
  for (const place of listOldLogs(home)) {
    const { whole } = await readLogAt(place);
    for (const [rolloutId, { threadId, fate }] of whole.rollouts) {
      if (fate === null || fate.event === 'removed') lost.set(rolloutId, threadId);
      else lost.delete(rolloutId);
    }
    for (const [rolloutId, { thread_id }] of whole.lost) lost.set(rolloutId, thread_id);
  }
  const { news, view } = readNews(home);
  const at = formatTime(now) ?? 'unknown';
  const gone: Failure[] = [];
  for (const [rollout_id, thread_id] of lost) {
    if (log.history.rollouts.has(rollout_id) || log.history.lost.has(rollout_id)) continue;
    if (catalog.thread(thread_id).some(({ rolloutId }) => rolloutId === rollout_id)) continue;
    const told = news.findLast((one) => 'rolloutIds' in one && one.rolloutIds.includes(rollout_id));
    if (told && 'rolloutIds' in told && evidenceOf(home, told, view).status !== 'missing') continue;
    const event = 'removed' as const;
    await log.add({
      ...{ schema: 'sessions.seal-log-entry/1', at, event, rollout_id, thread_id, tx: null, journal_seq: null },
    });
    gone.push(
      new Failure('findings', `session ${thread_id} was sealed in the log before this one, and is gone`, {
        hint: LOST,
      }),
    );
  }
  return gone;
}

const LOST = 'the new log has it as removed; sessions verify says MISSING until its file is back';
