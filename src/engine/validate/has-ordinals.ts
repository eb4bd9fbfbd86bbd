import type { Head } from '../read-head.ts';

/**
 * Whether the lines of a file are to have ordinals: the session_meta says so; where there is none, or it names a mode that is
 * not known, the first record does.
 */
export function hasOrdinals(head: Head): boolean {
  const mode = head.meta?.history_mode;
  if (mode === 'paginated') return true;
  if (head.meta && (mode === undefined || mode === null || mode === 'legacy')) return false;
  return head.dialect === 'paginated';
}
