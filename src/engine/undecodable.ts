import { objectText } from '../format/decode-line.ts';
import { lineType } from '../format/line-type.ts';
import type { EventBody } from '../model/event.ts';
import { Verbatim } from '../model/verbatim.ts';
import type { Report } from './problem.ts';
import { type DecodedLine, isTornTail } from './read-records.ts';

/**
 * What is published of a line that is no record: the line itself, whole, with the reason. Nothing for a blank line, nor for
 * an unfinished last one, which is no line yet; the latter is reported.
 */
export function undecodable({ line, decoded }: DecodedLine, file: string | null, report: Report): EventBody | null {
  const place = { file, line: line.number, offset: line.offset };
  if (decoded.ok) return { type: 'Unknown', raw: new Verbatim(objectText(decoded), decoded.value) };
  if (decoded.fault === 'BLANK') return null;
  if (isTornTail(line, decoded)) {
    const message = `torn tail: the last ${line.length} bytes, at byte ${line.offset}, are no whole record`;
    report({ rule: decoded.fault === 'HOLE' ? 'HOLE' : 'TORN-TAIL', weight: 'tail', ...place, message });
    return null;
  }
  const reason = describeFault(decoded.fault, line.length);
  report({ rule: decoded.fault, weight: 'lost', ...place, message: `the line cannot be decoded: ${reason}` });
  const known = { type: 'Unknown', error: reason, offset: line.offset, length: line.length } as const;
  const bytes = line.bytes.subarray(line.start, line.end);
  switch (decoded.fault) {
    case 'LINE-TOO-LONG':
    case 'TOO-MANY-VALUES': {
      const type = lineType(line.bytes, line.start, line.end);
      return { ...known, ...(type !== null && { record_type: type }) };
    }
    case 'BAD-UTF8':
      return { ...known, raw_base64: bytes.toString('base64') };
    case 'NOT-OBJECT':
      return { ...known, raw: new Verbatim(bytes.toString('utf8').trim()) };
    default:
      return { ...known, raw_text: bytes.toString('utf8') };
  }
}

/** A fault in words. */
export function describeFault(fault: string, length: number): string {
  switch (fault) {
    case 'LINE-TOO-LONG':
      return `it is ${length} bytes long, over the limit`;
    case 'BAD-UTF8':
      return 'it is not UTF-8';
    case 'HOLE':
      return 'it has a hole of NUL bytes';
    case 'NOT-OBJECT':
      return 'it is JSON, but not an object';
    case 'TOO-DEEP':
      return 'it nests too deep';
    case 'TOO-MANY-VALUES':
      return 'it holds more values than the limit';
    default:
      return 'it is not JSON';
  }
}
