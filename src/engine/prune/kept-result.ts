import type { PlanSession } from './plan.ts';
import { type PruneResult, toResult } from './prune-result.ts';

/** The result of a session that the policy would have let go, and that stays all the same; null for any other. */
export function resultOfKept(session: PlanSession): PruneResult | null {
  const { action, reasons, thread_id, files } = session;
  if (action === 'remove' || reasons.some(({ code }) => isOfPolicy(code))) return null;
  return toResult(thread_id, 'kept', { tx: null, reasons, path: files.at(-1)?.path ?? null, files });
}

/** Whether the policy itself keeps what has this reason. */
export function isOfPolicy(code: string): boolean {
  return code === 'not-selected' || code === 'max-total' || code.startsWith('keep-');
}
