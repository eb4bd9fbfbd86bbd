import { type Decoded, decodeLine, type LineFault } from '../format/decode-line.ts';
import { defaultLimits, type Limits } from '../format/limits.ts';
import { type Line, LineFramer } from '../format/line-framer.ts';
import { type Record, toRecord } from '../format/record.ts';
import type { Damage } from '../store/rollout-file.ts';

/**
 * Every line of some content, decoded, block by block: awaiting each line would take longer than decoding it. A line is
 * valid until the next one is asked for.
 *
 * @param options.limits bounds of what is decoded
 * @param options.findDuplicates also look for keys that stand twice
 */
export async function* readLineBlocks(
  content: Content,
  options: DecodeOptions = {},
): AsyncGenerator<Iterable<DecodedLine>> {
  const limits = options.limits ?? defaultLimits;
  const { offset, lines } = content.begins ?? { offset: 0, lines: 0 };
  const framer = new LineFramer(limits.lineBytes, offset, lines);
  for await (const block of content.blocks()) yield decodeAll(framer.push(block), limits, options);
  yield decodeAll(framer.end(), limits, options);
}

/** The same, line by line. */
export async function* readLines(content: Content, options: DecodeOptions = {}): AsyncGenerator<DecodedLine> {
  for await (const lines of readLineBlocks(content, options)) yield* lines;
}

export interface DecodeOptions {
  limits?: Limits;
  findDuplicates?: boolean;
}

function* decodeAll(lines: Iterable<Line>, limits: Limits, options: DecodeOptions): Generator<DecodedLine> {
  for (const line of lines) {
    const decoded = decodeLine(line, limits, options);
    yield { line, decoded, record: decoded.ok ? toRecord(decoded) : null };
  }
}

export interface DecodedLine {
  line: Line;
  decoded: Decoded;
  /** Null when the line is not JSON, or an object of no dialect. */
  record: Record | null;
}

/** A line that is no record because it is unfinished: the last one, without its LF. */
export function isTornTail(line: Line, decoded: Decoded): boolean {
  return !line.terminated && !decoded.ok && tornFaults.has(decoded.fault);
}

/** What the beginning of a record looks like to the decoder; anything else is not simply unfinished. */
const tornFaults = new Set<LineFault>(['BAD-JSON', 'BAD-UTF8', 'HOLE']);

/** Decompressed content that can be read from its beginning: an open rollout, or one that is followed as it grows. */
export interface Content {
  path: string;
  blocks(): AsyncIterable<Buffer>;
  /** Where the first block stands, when it is not the beginning: byte offset, and how many lines are before it. */
  begins?: { offset: number; lines: number };
  /** What was wrong with its compressed form; known at the end. */
  damage: Damage | null;
  close(): Promise<void>;
}
