import { parseTime } from '../../base/time.ts';
import { decodeLine } from '../../format/decode-line.ts';
import { defaultLimits } from '../../format/limits.ts';
import type { Line } from '../../format/line-framer.ts';
import { type Record, toRecord } from '../../format/record.ts';
import type { RolloutFile } from '../../store/rollout-file.ts';
import { readLines } from '../read-records.ts';

/** When the last record of an open rollout says that it was written. Of a plain file only the end is read. */
export async function readLastTime(rollout: RolloutFile): Promise<LastTime> {
  const last = lastRecordOf(await readTail(rollout)) ?? (await searchLast(rollout));
  return last ?? { ms: null, isAmbiguous: false };
}

export interface LastTime {
  /** Milliseconds since the epoch; null where there is no record, or one of a dialect that tells no time. */
  ms: number | null;
  /** The record should tell a time, and tells none that can be true: its age is not known. */
  isAmbiguous: boolean;
}

/** The last bytes of the content. */
async function readTail(rollout: RolloutFile): Promise<Buffer> {
  const from = rollout.content === 'plain' ? Math.max(0, rollout.identity.size - TAIL_BYTES) : 0;
  let tail = Buffer.alloc(0);
  for await (const block of rollout.blocks(from)) {
    // The block is used again for the next one.
    tail = Buffer.from(Buffer.concat([tail, block.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES));
  }
  return tail;
}

/** Line by line from the end, until one is a record; a first line that may be cut off is none. */
function lastRecordOf(tail: Buffer): LastTime | null {
  for (let end = tail.length; end > 0; ) {
    const terminated = tail[end - 1] === LF;
    const textEnd = terminated ? end - 1 : end;
    const start = textEnd === 0 ? 0 : tail.lastIndexOf(LF, textEnd - 1) + 1;
    const line = {
      bytes: tail,
      start,
      end: textEnd,
      length: textEnd - start,
      number: 2,
      offset: 0,
      terminated,
      whole: true,
    };
    const time = timeOf(toRecordOf(line));
    if (time) return time;
    end = start;
  }
  return null;
}

async function searchLast(rollout: RolloutFile): Promise<LastTime | null> {
  let last: LastTime | null = null;
  for await (const { record } of readLines(rollout)) last = timeOf(record) ?? last;
  return last;
}

function toRecordOf(line: Line): Record | null {
  const decoded = decodeLine(line, defaultLimits);
  return decoded.ok ? toRecord(decoded) : null;
}

function timeOf(record: Record | null): LastTime | null {
  if (!record) return null;
  // Only the meta of a bare file has a time, which is that of its beginning; an event has none where its dialect had none.
  const mayLack = record.dialect === 'bare' || (record.dialect === 'event' && record.timestamp === null);
  if (mayLack) return { ms: null, isAmbiguous: false };
  const ms = record.timestamp === null ? null : parseTime(record.timestamp);
  return ms === null || ms < EARLIEST_MS ? { ms: null, isAmbiguous: true } : { ms, isAmbiguous: false };
}

/** Before this no agent recorded sessions: a clock that had not been set. */
const EARLIEST_MS = Date.UTC(2025, 0, 1);
const TAIL_BYTES = 64 * 1024;
const LF = 0x0a;
