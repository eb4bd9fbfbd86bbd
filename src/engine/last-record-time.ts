import { Failure } from '../base/failure.ts';
import { formatTime, parseTime } from '../base/time.ts';
import { decodeLine } from '../format/decode-line.ts';
import { defaultLimits } from '../format/limits.ts';
import { type Line, LineFramer } from '../format/line-framer.ts';
import { toRecord } from '../format/record.ts';
import { openRollout, type RolloutFile } from '../store/rollout-file.ts';

/**
 * When a rollout's last record was written, else when the file was; RFC 3339 UTC. Of a plain file only the end is read.
 *
 * @returns null when the file cannot be read
 */
export async function lastRecordTime(path: string): Promise<string | null> {
  let rollout: RolloutFile;
  try {
    rollout = await openRollout(path);
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
  try {
    const { size, mtimeNs } = rollout.identity;
    const from = rollout.content === 'plain' ? Math.max(0, size - TAIL_BYTES) : 0;
    const time = (await lastTime(rollout, from)) ?? (from > 0 ? await lastTime(rollout, 0) : null);
    return time ?? formatTime(Number(mtimeNs / 1_000_000n));
  } finally {
    await rollout.close();
  }
}

async function lastTime(rollout: RolloutFile, from: number): Promise<string | null> {
  let last: string | null = null;
  const framer = new LineFramer(defaultLimits.lineBytes, from, from > 0 ? 1 : 0);
  for await (const block of rollout.blocks(from)) {
    for (const line of framer.push(block)) last = timeOf(line) ?? last;
  }
  for (const line of framer.end()) last = timeOf(line) ?? last;
  return last;
}

function timeOf(line: Line): string | null {
  const decoded = decodeLine(line, defaultLimits);
  const record = decoded.ok ? toRecord(decoded) : null;
  // Only the meta of a bare file has a time, which is that of its beginning.
  if (!record?.timestamp || record.dialect === 'bare') return null;
  return parseTime(record.timestamp) === null ? null : record.timestamp;
}

const TAIL_BYTES = 64 * 1024;
