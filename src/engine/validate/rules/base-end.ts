import { decodeLine } from '../../../format/decode-line.ts';
import { defaultLimits } from '../../../format/limits.ts';
import { type Line, LineFramer } from '../../../format/line-framer.ts';
import { toRecord } from '../../../format/record.ts';
import type { RolloutEntry } from '../../../store/discover.ts';
import { openRollout, type RolloutFile } from '../../../store/rollout-file.ts';
import type { HistoryBase } from '../../read-head.ts';
import type { FindingPlace, Report } from '../check.ts';

/**
 * BASE-OFFSET: whether the point up to which a file continues another one lies between two records of it, and whether the
 * ordinal given for it is the one that follows there.
 */
export async function checkBaseEnd(
  base: HistoryBase,
  entry: RolloutEntry,
  place: FindingPlace,
  report: Report,
): Promise<void> {
  const complain = (key: string, message: string) =>
    report('BASE-OFFSET', place, message, { pointer: `/payload/history_base${key}` });
  const { endByte, endOrdinal } = base;
  if (endByte === null || endOrdinal === null) {
    complain(
      '',
      `its history_base has no ${endByte === null ? 'end_byte_offset' : 'end_ordinal_exclusive'}: Codex cannot read the session`,
    );
    return;
  }
  if (endByte === 0) return;
  const found = await lookAt(entry.path, endByte);
  if (!found) return;
  if (found.length < endByte)
    complain('/end_byte_offset', `byte ${endByte} is beyond the end of its base, which has ${found.length}`);
  else if (!found.isBoundary) complain('/end_byte_offset', `byte ${endByte} of its base is not between two records`);
  else if (found.ordinal !== null && found.ordinal + 1 !== endOrdinal) {
    complain(
      '/end_ordinal_exclusive',
      `is ${endOrdinal}, but the record before byte ${endByte} of its base has the ordinal ${found.ordinal}`,
    );
  }
}

interface Surrounding {
  /** Bytes of content, as far as it was read. */
  length: number;
  /** Whether a line ends right before the offset, or there but for its line feed: a last record may lack it. */
  isBoundary: boolean;
  /** Of the record before it. */
  ordinal: number | null;
}

/** Null when the base cannot be read as far as that; other findings speak of it. */
async function lookAt(path: string, offset: number): Promise<Surrounding | null> {
  let rollout: RolloutFile;
  try {
    rollout = await openRollout(path);
  } catch {
    return null;
  }
  try {
    const near = Math.max(0, offset - NEAR_BYTES);
    // What is near tells nothing when the line before the offset is longer, or the content ends before it.
    const found = (await scanTo(rollout, near, offset)) ?? (await scanTo(rollout, 0, offset));
    return found && rollout.damage && found.length < offset ? null : found;
  } finally {
    await rollout.close();
  }
}

/** Null when the line before the offset does not begin behind `from`. */
async function scanTo(rollout: RolloutFile, from: number, offset: number): Promise<Surrounding | null> {
  const framer = new LineFramer(defaultLimits.lineBytes, from);
  let length = from;
  const lookAtLine = (line: Line): Surrounding | null => {
    if (line.offset + line.length > offset)
      return { length: Math.max(length, offset), isBoundary: false, ordinal: null };
    if (line.offset === from && from > 0) return null;
    const decoded = decodeLine(line, defaultLimits);
    return { length, isBoundary: true, ordinal: decoded.ok ? (toRecord(decoded)?.ordinal ?? null) : null };
  };
  const isBefore = (line: Line) => line.offset + line.length + 1 < offset;
  for await (const block of rollout.blocks(from)) {
    length += block.length;
    for (const line of framer.push(block)) if (!isBefore(line)) return lookAtLine(line);
  }
  for (const line of framer.end()) if (line.offset + line.length === offset) return lookAtLine(line);
  if (rollout.content === 'plain') length = rollout.identity.size;
  else if (length === from && from > 0) return null;
  return { length, isBoundary: false, ordinal: null };
}

const NEAR_BYTES = 64 * 1024;
