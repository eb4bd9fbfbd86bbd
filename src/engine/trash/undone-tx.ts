import type { JournalEvent } from '../../store/journal-entry.ts';

/** The transaction whose original a restore puts in its place again: what takes the place was made in the trash. */
export function undoneTx(entry: JournalEvent): string | null {
  if (entry.event !== 'replace-intent' || entry.kind !== 'restore') return null;
  return /^\.sessions\/trash\/([^/]+)\//.exec(entry.made_at)?.[1] ?? null;
}
