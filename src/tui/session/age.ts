import { formatDuration } from '../../base/amounts.ts';

/** ` 3 s`, ` 2 min 5 s`; empty for less than a second. */
export function ageOf(since: number, now: number): string {
  const seconds = Math.floor(Math.max(0, now - since) / 1000);
  if (seconds < 1) return '';
  return ` ${seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000)}`;
}
