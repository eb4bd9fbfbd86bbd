import { type Decoded, decodeLine } from '../format/decode-line.ts';
import { defaultLimits, type Limits } from '../format/limits.ts';
import { type Line, LineFramer } from '../format/line-framer.ts';
import { type Record, toRecord } from '../format/record.ts';
import type { Damage } from '../store/rollout-file.ts';

/**
 * Every line of some content, decoded. A line is valid until the next one is asked for.
 *
 * @param options.limits bounds of what is decoded
 * @param options.findDuplicates also look for keys that stand twice
 */
export async function* readLines(
  rollout: Content,
  options: { limits?: Limits; findDuplicates?: boolean } = {},
): AsyncGenerator<DecodedLine> {
  const limits = options.limits ?? defaultLimits;
  const framer = new LineFramer(limits.lineBytes);
  const decode = (line: Line): DecodedLine => {
    const decoded = decodeLine(line, limits, options);
    return { line, decoded, record: decoded.ok ? toRecord(decoded) : null };
  };
  for await (const block of rollout.blocks()) {
    for (const line of framer.push(block)) yield decode(line);
  }
  for (const line of framer.end()) yield decode(line);
}

export interface DecodedLine {
  line: Line;
  decoded: Decoded;
  /** Null when the line is not JSON, or an object of no dialect. */
  record: Record | null;
}

/** A line that is no record because it is unfinished: the last one, without its LF. */
export function isTornTail(line: Line, decoded: Decoded): boolean {
  return !line.terminated && !decoded.ok && decoded.fault !== 'LINE-TOO-LONG' && decoded.fault !== 'BLANK';
}

/** Decompressed content that can be read from its beginning: an open rollout, or one that is followed as it grows. */
export interface Content {
  path: string;
  blocks(): AsyncIterable<Buffer>;
  /** What was wrong with its compressed form; known at the end. */
  damage: Damage | null;
  close(): Promise<void>;
}
