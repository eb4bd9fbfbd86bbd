import { type Decoded, type DecodedObject, hasBom, type Undecodable } from '../../format/decode-line.ts';
import type { Line } from '../../format/line-framer.ts';
import type { Record } from '../../format/record.ts';
import type { Dialect } from '../../model/thread-row.ts';
import { type DecodedLine, isTornTail } from '../read-records.ts';
import type { Edit, RepairRule } from './edit.ts';
import { recordsOn } from './split-line.ts';

/** What one line comes to: records to keep, and edits that take the rest out. */
export type Piece =
  | { kind: 'edit'; edit: Edit; loses: Loss | null }
  | { kind: 'record'; at: LinePlace; decoded: DecodedObject; record: Record | null }
  /** A line over a limit: it is kept unread, and only its beginning is at hand. */
  | { kind: 'unread'; at: LinePlace; head: Buffer };

/** What is lost with the bytes that an edit takes out: a record that had a number, or any count of them. */
export type Loss = 'record' | 'records';

export interface LinePlace {
  line: number;
  /** Where the piece begins in the content; what is put before it goes here. */
  offset: number;
  /** Add it to a place in the buffer that holds the line to get one in the content. */
  shift: number;
}

/** Takes a line apart. What it yields is valid until the next line is asked for. */
export function* piecesOf({ line, decoded, record }: DecodedLine, dialect: Dialect | null): Generator<Piece> {
  const shift = line.offset - line.start;
  const mark = line.number === 1 && hasBom(line.bytes, line.start, line.end) ? 3 : 0;
  const at: LinePlace = { line: line.number, offset: line.offset + mark, shift };
  const isRead = decoded.ok || (decoded.fault !== 'BLANK' && !unreadFaults.has(decoded.fault));
  if (!decoded.ok && isRead) {
    yield* takeApart(line, decoded, dialect);
    return;
  }
  if (mark > 0) yield edit(line, line.offset, mark, '', 'BOM', 'the byte order mark was taken away');
  if (decoded.ok) {
    yield { kind: 'record', at, decoded, record };
    if (!line.terminated)
      yield edit(line, line.offset + line.length, 0, '\n', 'NO-EOL', 'the last record got its line feed');
  } else if (decoded.fault !== 'BLANK') {
    yield { kind: 'unread', at, head: line.bytes.subarray(line.start + mark, line.end) };
  }
}

function* takeApart(line: Line, decoded: Undecodable, dialect: Dialect | null): Generator<Piece> {
  const found = decoded.fault === 'NOT-OBJECT' ? [] : recordsOn(line, dialect);
  const shift = line.offset - line.start;
  if (found.length === 0) {
    const rule = ruleOf(line, decoded);
    const length = line.length + (line.terminated ? 1 : 0);
    const loses = rule === 'HOLE' ? 'records' : 'record';
    yield edit(line, line.offset, length, '', rule, describeLost(rule, line), loses);
    return;
  }
  let end = line.start;
  for (const [index, { decoded: object, record }] of found.entries()) {
    const between = index > 0 ? '\n' : '';
    if (object.start > end || between) yield cut(line, end, object.start, between, index > 0);
    yield { kind: 'record', at: { line: line.number, offset: object.start + shift, shift }, decoded: object, record };
    end = object.end;
  }
  const hasRest = !isBlank(line.bytes, end, line.end);
  if (hasRest) yield cut(line, end, line.end, line.terminated ? '' : '\n', true);
  else if (!line.terminated)
    yield edit(line, line.offset + line.length, 0, '\n', 'NO-EOL', 'the last record got its line feed');
}

/** Takes out what is no record on a line that holds one. */
function cut(line: Line, start: number, end: number, added: string, isBehind: boolean): Piece {
  const { bytes } = line;
  const offset = line.offset + start - line.start;
  const length = end - start;
  const isHole = length > 0 && bytes.subarray(start, end).every((byte) => byte === 0);
  if (isHole)
    return edit(
      line,
      offset,
      length,
      added,
      'HOLE',
      `${length} NUL bytes beside a whole record were taken out`,
      'records',
    );
  if (length === 0)
    return edit(
      line,
      offset,
      0,
      added,
      'GLUED',
      'two whole records stood on one line, and got a line feed between them',
    );
  const isTail = end === line.end && !line.terminated;
  const message = isTail
    ? `${length} bytes of an unfinished record behind a whole one were taken out`
    : `${length} bytes ${isBehind ? 'behind' : 'before'} a whole record on the same line were taken out`;
  return edit(line, offset, length, added, isTail ? 'TORN-TAIL' : 'GLUED', message, 'record');
}

function edit(
  line: Line,
  offset: number,
  length: number,
  added: string,
  rule: RepairRule,
  message: string,
  loses: Loss | null = null,
): Piece {
  return { kind: 'edit', edit: { offset, length, added, line: line.number, rule, message }, loses };
}

function ruleOf(line: Line, decoded: Undecodable): RepairRule {
  if (decoded.fault === 'HOLE' || decoded.fault === 'NOT-OBJECT') return decoded.fault;
  if (isTornTail(line, decoded)) return 'TORN-TAIL';
  return decoded.fault === 'BAD-UTF8' ? 'BAD-UTF8' : 'BAD-JSON';
}

function describeLost(rule: RepairRule, { length }: Line): string {
  switch (rule) {
    case 'TORN-TAIL':
      return `the unfinished last line, ${length} bytes, was taken out`;
    case 'HOLE':
      return `a line with NUL bytes, ${length} bytes, was taken out`;
    case 'NOT-OBJECT':
      return `a line that is JSON, but not an object, ${length} bytes, was taken out`;
    case 'BAD-UTF8':
      return `a line that is not UTF-8, ${length} bytes, was taken out`;
    default:
      return `a line that is not JSON, ${length} bytes, was taken out`;
  }
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== 0x20 && bytes[at] !== 0x09 && bytes[at] !== 0x0d) return false;
  return true;
}

const unreadFaults: ReadonlySet<(Decoded & { ok: false })['fault']> = new Set([
  'LINE-TOO-LONG',
  'TOO-DEEP',
  'TOO-MANY-VALUES',
]);
