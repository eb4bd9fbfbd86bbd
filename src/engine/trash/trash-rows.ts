import { formatTime } from '../../base/time.ts';
import type { Home } from '../../store/home.ts';
import type { TxKind } from '../../store/journal-entry.ts';
import { readTrash } from './read-trash.ts';

/** A row of `restore --list`. Schema: `schemas/trash-row.schema.json`. */
export interface TrashRow {
  schema: 'sessions.trash-row/1';
  tx: string;
  kind: TxKind;
  thread_id: string;
  name: string | null;
  /** Where its current file was, relative to the home. */
  path: string;
  /** RFC 3339 UTC; null where nothing tells. */
  trashed_at: string | null;
  /** When the grace ends, unless a purge is told another one. */
  purge_at: string | null;
  size_bytes: number;
}

/** Everything in the trash, oldest transaction first; nothing is made or changed. */
export function listTrash(home: Home): TrashRow[] {
  return readTrash(home).map(({ tx, kind, threadId, name, trashedAt, files }) => ({
    ...{ schema: 'sessions.trash-row/1', tx, kind, thread_id: threadId, name, path: files.at(-1)?.path ?? '' },
    trashed_at: timeOf(trashedAt),
    purge_at: timeOf(trashedAt + DEFAULT_GRACE_MS),
    size_bytes: files.reduce((sum, { found }) => sum + found.size, 0),
  }));
}

function timeOf(ms: number): string | null {
  return Number.isNaN(ms) ? null : formatTime(ms);
}

/** For so long everything in the trash can be brought back, where nothing else is asked for. */
export const DEFAULT_GRACE_MS = 14 * 86_400_000;
