import { decodeLine } from '../../format/decode-line.ts';
import { defaultLimits } from '../../format/limits.ts';
import type { Line } from '../../format/line-framer.ts';
import { type Record, toRecord } from '../../format/record.ts';
import type { Dialect } from '../../model/thread-row.ts';

/**
 * Finds a whole record on a line that is none: behind a torn fragment, which is what Codex leaves when a write fails half way
 * and is done again, or before one. A fragment may stand there several times.
 *
 * @param dialect of the file; only a record of this dialect counts, as the parts of a record look like bare ones
 * @returns where the record begins and ends within the buffer; null when there is none
 */
export function findGluedRecord(line: Line, dialect: Dialect | null): { start: number; end: number } | null {
  const { bytes, start, end } = line;
  const starts = findStarts(bytes, start, end, dialect);
  for (const from of starts) {
    if (isRecord(bytes, from, end, dialect)) return { start: from, end };
  }
  // Whole records side by side, or one before a fragment.
  for (const [index, from] of starts.entries()) {
    const next = starts[index + 1];
    if (next !== undefined && isRecord(bytes, from, next, dialect)) return { start: from, end: next };
  }
  return null;
}

function findStarts(bytes: Buffer, start: number, end: number, dialect: Dialect | null): number[] {
  // Not beyond the line: a block may hold half a million of them.
  const line = bytes.subarray(start, end);
  const found = new Set<number>();
  for (const opening of openings[dialect ?? 'envelope']) {
    let at = line.indexOf(opening);
    for (let tries = 0; tries < MOST_TRIES && at >= 0; tries++) {
      found.add(start + at);
      at = line.indexOf(opening, at + 1);
    }
  }
  return [...found].sort((a, b) => a - b);
}

function isRecord(bytes: Buffer, start: number, end: number, dialect: Dialect | null): boolean {
  const length = end - start;
  const decoded = decodeLine(
    { bytes, start, end, length, number: 0, offset: 0, terminated: true, whole: true },
    defaultLimits,
  );
  if (!decoded.ok) return false;
  const record = toRecord(decoded);
  return record !== null && familyOf(record.dialect) === familyOf(dialect) && isComplete(record);
}

/** A part of an item can look like a bare record. */
function isComplete(record: Record): boolean {
  return record.dialect !== 'bare' || record.type === 'response_item' || record.type === 'state';
}

function familyOf(dialect: Dialect | null): string {
  return dialect === 'bare' || dialect === 'event' ? dialect : 'envelope';
}

/** How the records of a dialect begin. */
const openings: { [key in Dialect]: string[] } = {
  envelope: ['{"timestamp":'],
  paginated: ['{"timestamp":'],
  bare: ['{"record_type":', '{"type":', '{"id":'],
  event: ['{"thread_id":', '{"schema":'],
};

/** A hostile line may hold a million openings, and each try may read the whole rest of it. */
const MOST_TRIES = 16;
