import { statSync } from 'node:fs';
import { parseTime } from '../../base/time.ts';
import { lastRecordTime } from '../last-record-time.ts';

/**
 * When a thread was last touched: the later of its last record and the times of its files, in milliseconds since the epoch.
 * May lie in the future.
 *
 * @param paths of its files, oldest first
 *
 * @returns null when a file cannot be read
 */
export async function readAge(paths: readonly string[]): Promise<number | null> {
  const current = paths.at(-1);
  if (current === undefined) return null;
  const recorded = await lastRecordTime(current);
  const times = [recorded === null ? null : parseTime(recorded)];
  for (const path of paths) {
    const stat = statSync(path, { throwIfNoEntry: false });
    times.push(stat ? Math.floor(stat.mtimeMs) : null);
  }
  const known = times.filter((time) => time !== null);
  return known.length === times.length ? Math.max(...known) : null;
}
