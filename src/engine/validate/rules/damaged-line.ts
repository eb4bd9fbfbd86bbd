import { findBadUtf8 } from '../../../format/bad-utf8.ts';
import type { Undecodable } from '../../../format/decode-line.ts';
import { findJsonFault } from '../../../format/json-fault.ts';
import { defaultLimits } from '../../../format/limits.ts';
import type { Line } from '../../../format/line-framer.ts';
import { isTornTail } from '../../read-records.ts';
import { type CheckFactory, type FileFacts, type FindingPlace, placeOf, type Report } from '../check.ts';
import { findGluedRecord } from '../glued-record.ts';

/** TORN-TAIL, HOLE, GLUED, BAD-UTF8, BAD-JSON, NOT-OBJECT, LINE-TOO-LONG, TOO-DEEP, TOO-MANY-VALUES: why a line is no record. */
export const checkDamage: CheckFactory = (file, report) => ({
  line({ line, decoded }) {
    if (!decoded.ok && decoded.fault !== 'BLANK') reportDamage(line, decoded, file, report);
  },
});

function reportDamage(line: Line, decoded: Undecodable, file: FileFacts, report: Report): void {
  const place = placeOf(line);
  switch (decoded.fault) {
    case 'LINE-TOO-LONG':
      report(
        'LINE-TOO-LONG',
        place,
        `the line at byte ${line.offset} is ${line.length} bytes long; ${defaultLimits.lineBytes} are the limit`,
      );
      return;
    case 'TOO-DEEP':
      report('TOO-DEEP', place, `the line nests deeper than ${defaultLimits.depth} levels`);
      return;
    case 'TOO-MANY-VALUES':
      report('TOO-MANY-VALUES', place, `the line holds more than ${defaultLimits.values} values`);
      return;
    case 'NOT-OBJECT':
      report('NOT-OBJECT', place, 'the line is JSON, but not an object');
      return;
    default: {
      const glued = findGluedRecord(line, file.head.dialect);
      if (glued) reportGlued(line, glued, report);
      else if (isTornTail(line, decoded)) reportTail(line, decoded, file, report);
      else reportUnparsable(line, decoded, report);
    }
  }
}

function reportGlued(line: Line, record: { start: number; end: number }, report: Report): void {
  const offset = line.offset + record.start - line.start;
  const before = record.start - line.start;
  const behind = line.end - record.end;
  const around = [before > 0 ? `${before} bytes before it` : '', behind > 0 ? `${behind} bytes behind it` : ''];
  const message = `a whole record begins at byte ${offset}, with ${around.filter(Boolean).join(' and ')} on the same line`;
  report('GLUED', { line: line.number, offset }, message);
}

function reportTail(line: Line, decoded: Undecodable, file: FileFacts, report: Report): void {
  // What cannot be decompressed is told by the rule that names the reason.
  if (file.isCut()) return;
  const hole = decoded.fault === 'HOLE';
  const what = hole ? `torn tail with NUL bytes, ${line.length} bytes` : `torn tail, ${line.length} bytes`;
  if (file.isBeingWritten()) {
    report(hole ? 'HOLE' : 'TORN-TAIL', placeOf(line), `${what} at offset ${line.offset}: in progress`, {
      severity: 'note',
    });
  } else {
    report(hole ? 'HOLE' : 'TORN-TAIL', placeOf(line), `${what} at offset ${line.offset}`);
  }
}

function reportUnparsable(line: Line, decoded: Undecodable, report: Report): void {
  const { bytes, start, end } = line;
  const placeAt = (index: number): FindingPlace => ({ line: line.number, offset: line.offset + index - start });
  switch (decoded.fault) {
    case 'HOLE': {
      const { from, to } = longestHole(bytes, start, end);
      const place = placeAt(from);
      report(
        'HOLE',
        place,
        `a hole of ${to - from} NUL ${to - from === 1 ? 'byte' : 'bytes'} at byte ${place.offset} damages line ${line.number}`,
      );
      return;
    }
    case 'BAD-UTF8': {
      const bad = findBadUtf8(bytes, start, end);
      const place = placeAt(bad);
      report('BAD-UTF8', place, `byte ${place.offset} (0x${hex(bytes[bad] as number)}) is not UTF-8`);
      return;
    }
    default: {
      const index = findJsonFault(bytes, start, end);
      report('BAD-JSON', placeAt(index), `the line is not JSON: ${describeFault(bytes, index, end)}`);
    }
  }
}

function describeFault(bytes: Buffer, index: number, end: number): string {
  if (index >= end) return 'it ends in the middle of a value';
  const byte = bytes[index] as number;
  return `it cannot go on with ${byte > 0x20 && byte < 0x7f ? `'${String.fromCharCode(byte)}'` : `byte 0x${hex(byte)}`}`;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function longestHole(bytes: Buffer, start: number, end: number): { from: number; to: number } {
  let longest = { from: start, to: start };
  let from = bytes.indexOf(0, start);
  while (from >= 0 && from < end) {
    let to = from;
    while (to < end && bytes[to] === 0) to++;
    if (to - from > longest.to - longest.from) longest = { from, to };
    from = bytes.indexOf(0, to);
  }
  return longest;
}
