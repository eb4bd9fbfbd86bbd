import { fitsCheckpoint, type SealLog } from './read-log.ts';
import type { Trust } from './trust.ts';

/** Whether what a log says may be relied upon: it is what its checkpoint says, and that is signed by somebody who may now. */
export async function isLogTrusted(log: SealLog, trust: Trust): Promise<boolean> {
  if (!log.stored?.signature || !fitsCheckpoint(log)) return false;
  const { text, signature } = log.stored;
  const verdict = await trust.judge({ text, signature });
  return verdict === null || verdict.status === 'good';
}
