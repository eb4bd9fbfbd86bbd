import { Failure } from '../base/failure.ts';
import { formatTime, parseTime } from '../base/time.ts';
import { decodeLine } from '../format/decode-line.ts';
import { defaultLimits } from '../format/limits.ts';
import { type Line, LineFramer } from '../format/line-framer.ts';
import { toRecord } from '../format/record.ts';
import { openRollout, type RolloutFile } from '../store/rollout-file.ts';
import { readSeekableTail } from '../store/seek-table-tail.ts';

/**
 * When a rollout's last record was written, else when the file was; RFC 3339 UTC. Of a plain file, and of a compressed one with a
 * seek table, only the end is read.
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
    const time = (await timeAtEnd(rollout)) ?? (await lastTime(rollout.blocks(), 0));
    return time ?? formatTime(Number(rollout.identity.mtimeNs / 1_000_000n));
  } finally {
    await rollout.close();
  }
}

/** Null where the end cannot be read by itself, or tells nothing. */
async function timeAtEnd(rollout: RolloutFile): Promise<string | null> {
  const from = rollout.identity.size - TAIL_BYTES;
  if (rollout.content === 'plain') return from > 0 ? lastTime(rollout.blocks(from), from) : null;
  const tail = await readSeekableTail(rollout, TAIL_BYTES);
  return tail && lastTime([tail.bytes], tail.offset);
}

async function lastTime(blocks: AsyncIterable<Buffer> | Iterable<Buffer>, from: number): Promise<string | null> {
  let last: string | null = null;
  const framer = new LineFramer(defaultLimits.lineBytes, from, from > 0 ? 1 : 0);
  for await (const block of blocks) {
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
