import { join } from 'node:path';
import type { Home } from '../../store/home.ts';
import type { TrashItem } from './read-trash.ts';
import type { Because } from './restore-needs.ts';

/** What became of a session that was to come back. Schema: `schemas/restored.schema.json`. */
export interface Restored {
  schema: 'sessions.restored/1';
  /** The transaction in whose trash it was, or is; null for one that is in no trash. */
  tx: string | null;
  thread_id: string;
  result: 'restored' | 'present' | 'kept' | 'purged';
  because: Because;
  /** The session that needs it, or comes with it; null for one that was asked for. */
  needed_by: string | null;
  /** Why it did not come back; null when it is there. */
  reason: KeptReason | null;
  /** What else is to be known of it. */
  note: string | null;
  /** Absolute path of its current file; null when there is none. */
  path: string | null;
  size_bytes: number;
}

export interface KeptReason {
  code: 'damaged' | 'taken' | 'changed' | 'open' | 'needs' | 'purged' | 'replaced-since' | 'held' | 'referenced';
  detail: string;
}

/** The record of something in the trash that came back, or did not. */
export function toRestored(
  home: Home,
  item: TrashItem,
  outcome: { reason: KeptReason | null; note?: string | null; because?: Because; neededBy?: string | null },
): Restored {
  const { reason, note = null, because = 'asked', neededBy = null } = outcome;
  const last = item.files.at(-1);
  const path = last && join(home.path, reason ? last.place : last.path);
  return {
    ...{ schema: 'sessions.restored/1', tx: item.tx, thread_id: item.threadId },
    ...{ result: reason ? 'kept' : 'restored', because, needed_by: neededBy, reason, note, path: path ?? null },
    size_bytes: item.files.reduce((sum, { found }) => sum + found.size, 0),
  };
}
