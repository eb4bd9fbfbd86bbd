import { createHash } from 'node:crypto';
import { formatTime } from '../../base/time.ts';
import type { PlanHead, PlanSession, PolicyRecord } from './plan.ts';

/** The first record of a plan of these sessions. */
export function planHead(
  home: string,
  { now, record }: { now: number; record: PolicyRecord },
  sessions: readonly PlanSession[],
): PlanHead {
  const digest = createHash('sha256');
  let removes = 0;
  let removeBytes = 0;
  for (const session of sessions) {
    digest.update(`${JSON.stringify(session)}\n`);
    if (session.action !== 'remove') continue;
    removes++;
    removeBytes += session.size_bytes;
  }
  return {
    schema: 'sessions.prune-plan/1',
    kind: 'plan',
    home,
    made_at: formatTime(now) as string,
    policy: record,
    digest: digest.digest('hex'),
    sessions: sessions.length,
    removes,
    remove_bytes: removeBytes,
    keeps: sessions.length - removes,
  };
}
