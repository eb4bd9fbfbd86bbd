import { type DecodedObject, decodeLine } from '../../format/decode-line.ts';
import { findJsonFault } from '../../format/json-fault.ts';
import { defaultLimits } from '../../format/limits.ts';
import type { Line } from '../../format/line-framer.ts';
import { type Record, toRecord } from '../../format/record.ts';
import type { Dialect } from '../../model/thread-row.ts';

/** A whole record on a line that is none; `decoded` says where in the buffer. */
export interface FoundRecord {
  decoded: DecodedObject;
  record: Record;
}

/**
 * Every whole record on a line that cannot be decoded as one: what stands between, before and behind them is not. Two records
 * without a line feed between them are found as well as one behind the torn beginning of itself.
 *
 * @param dialect of the file; only records of this dialect count, as the parts of a record look like bare ones
 */
export function recordsOn(line: Line, dialect: Dialect | null): FoundRecord[] {
  const { bytes, end } = line;
  const found: FoundRecord[] = [];
  // A hostile line is one opening behind the other, each of which could be read to the end of the line.
  let budget = 16 * (end - line.start) + 1024;
  let at = nextStart(bytes, line.start, end, dialect);
  while (at >= 0 && budget > 0) {
    const stop = findJsonFault(bytes, at, end);
    budget -= stop - at + 1;
    const record = recordAt(bytes, at, stop, dialect);
    if (record) found.push(record);
    at = nextStart(bytes, record ? record.decoded.end : at + 1, end, dialect);
  }
  return found;
}

function recordAt(bytes: Buffer, start: number, end: number, dialect: Dialect | null): FoundRecord | null {
  const length = end - start;
  const decoded = decodeLine(
    { bytes, start, end, length, number: 0, offset: 0, terminated: true, whole: true },
    defaultLimits,
  );
  if (!decoded.ok) return null;
  const record = toRecord(decoded);
  if (!record || familyOf(record.dialect) !== familyOf(dialect)) return null;
  const isPart = record.dialect === 'bare' && record.type !== 'response_item' && record.type !== 'state';
  return isPart ? null : { decoded, record };
}

function nextStart(bytes: Buffer, from: number, end: number, dialect: Dialect | null): number {
  const rest = bytes.subarray(from, end);
  const places = openings[familyOf(dialect)].map((opening) => rest.indexOf(opening)).filter((at) => at >= 0);
  return places.length === 0 ? -1 : from + Math.min(...places);
}

function familyOf(dialect: Dialect | null): 'bare' | 'event' | 'envelope' {
  return dialect === 'bare' || dialect === 'event' ? dialect : 'envelope';
}

/** How the records of a dialect begin. */
const openings = {
  envelope: ['{"timestamp":'],
  bare: ['{"record_type":', '{"type":', '{"id":'],
  event: ['{"thread_id":', '{"schema":'],
};
