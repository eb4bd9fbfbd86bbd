import type { FileHandle } from 'node:fs/promises';
import { Failure } from '../../base/failure.ts';
import { decodeLine } from '../../format/decode-line.ts';
import { defaultLimits } from '../../format/limits.ts';
import { type Line, LineFramer } from '../../format/line-framer.ts';
import { type Record, toRecord } from '../../format/record.ts';

/** The end of a rollout, as far as it matters to who goes on writing. */
export interface Tail {
  /** The last line, when no LF ends it. */
  open: OpenTail | null;
  /** The last record, and where it stands; null when there is none within the last 64 MiB. */
  last: { record: Record; offset: number } | null;
}

/** Bytes after the last LF. They stay as they are; what is written next begins on a line of its own. */
export interface OpenTail {
  /** Of their first byte. */
  offset: number;
  length: number;
  /** Whether they are a whole record that only lacks its LF. */
  isRecord: boolean;
}

/** Reads a plain rollout from its end, only as far as the last record. */
export async function readTail(handle: FileHandle, size: number): Promise<Tail> {
  let open: OpenTail | null = null;
  for (let length = Math.min(size, FIRST_BYTES); ; length = Math.min(size, length * 8, MOST_BYTES)) {
    const lines = await lastLines(handle, size - length, size);
    const unended = lines.at(-1);
    if (unended && !unended.terminated) {
      const { offset, length: bytes } = unended;
      open = { offset, length: bytes, isRecord: recordOf(unended) !== null };
    }
    for (const line of lines.reverse()) {
      const record = recordOf(line);
      if (record) return { open, last: { record, offset: line.offset } };
    }
    if (length === size || length === MOST_BYTES) return { open, last: null };
  }
}

/** The lines that begin between two offsets. The first of them does only where the file does. */
async function lastLines(handle: FileHandle, from: number, size: number): Promise<Line[]> {
  const bytes = Buffer.allocUnsafe(size - from);
  let read = 0;
  while (read < bytes.length) {
    const { bytesRead } = await handle.read(bytes, read, bytes.length - read, from + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  const first = from === 0 ? 0 : bytes.indexOf(LF) + 1;
  // No line begins here: what is seen is the inside, or the end, of one.
  if (from > 0 && first === 0) return [{ ...lineAt(bytes, from), terminated: false }];
  const framer = new LineFramer(defaultLimits.lineBytes, from + first);
  return [...framer.push(bytes.subarray(first, read)), ...framer.end()];
}

function lineAt(bytes: Buffer, offset: number): Line {
  return { bytes, start: 0, end: 0, length: bytes.length, number: 0, offset, terminated: false, whole: false };
}

function recordOf(line: Line): Record | null {
  const decoded = decodeLine(line, defaultLimits);
  return decoded.ok ? toRecord(decoded) : null;
}

/**
 * The ordinal that the next record of a paginated thread gets.
 *
 * @param lineOf tells the number of the line at an offset, for the message
 *
 * @throws Failure `trouble` when the last record has none: Codex refuses such a thread, and a guess could use a number twice
 */
export async function nextOrdinal(
  path: string,
  tail: Tail,
  lineOf: (offset: number) => Promise<number>,
): Promise<number> {
  const { last } = tail;
  const ordinal = last?.record.ordinal;
  if (typeof ordinal === 'number' && Number.isSafeInteger(ordinal) && ordinal >= 0) return ordinal + 1;
  if (!last) throw new Failure('trouble', 'no record was found at its end, so the next has no number', { file: path });
  throw new Failure('trouble', 'the last record has no ordinal, so the next has no number', {
    file: path,
    line: await lineOf(last.offset),
    offset: last.offset,
    hint: 'Codex refuses this session too; a fork of it can go on',
  });
}

const LF = 0x0a;
const FIRST_BYTES = 64 * 1024;
const MOST_BYTES = 64 * 1024 * 1024;
