import type { Reason } from './plan.ts';

/** What `prune` did with a session. Schema: `schemas/prune-result.schema.json`. */
export interface PruneResult {
  schema: 'sessions.prune-result/1';
  /** Null when nothing was moved. */
  tx: string | null;
  thread_id: string;
  result: 'trashed' | 'kept' | 'purged';
  reasons: readonly Reason[];
  size_bytes: number;
  /** Relative to the home; null when it is gone. */
  path: string | null;
}

/** @param files of the session, of which the last one is current */
export function toResult(
  threadId: string,
  result: PruneResult['result'],
  details: Pick<PruneResult, 'tx' | 'reasons' | 'path'> & { files: readonly { size: number }[] },
): PruneResult {
  const { tx, reasons, path, files } = details;
  const size = files.reduce((sum, file) => sum + file.size, 0);
  return { schema: 'sessions.prune-result/1', tx, thread_id: threadId, result, reasons, size_bytes: size, path };
}
