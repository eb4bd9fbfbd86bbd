import type { DecodedObject } from '../../format/decode-line.ts';
import { keyIs } from '../../format/scan-json.ts';
import type { Edit, RepairRule } from './edit.ts';
import type { LinePlace } from './line-pieces.ts';

/** Where the ordinal of a line stands, as a range of its buffer. */
export interface OrdinalPlace {
  /** Null where there is none, or something that cannot be one. */
  ordinal: number | null;
  /** The digits; where there are none, the place behind the time. */
  start: number;
  end: number;
  /** What has to stand around digits that are put in. */
  before: string;
  after: string;
}

/** Finds the ordinal of a record. */
export function ordinalOf(decoded: DecodedObject): OrdinalPlace {
  const { bytes, scan, start } = decoded;
  const member = scan.members.findLast((one) => keyIs(bytes, one, 'ordinal'));
  if (member) {
    const text = bytes.toString('latin1', member.valueStart, member.valueEnd);
    const ordinal = /^\d{1,15}$/.test(text) ? Number(text) : null;
    return { ordinal, start: member.valueStart, end: member.valueEnd, before: '', after: '' };
  }
  const first = scan.members[0];
  if (first && keyIs(bytes, first, 'timestamp')) {
    return { ordinal: null, start: first.valueEnd, end: first.valueEnd, before: ',"ordinal":', after: '' };
  }
  return { ordinal: null, start: start + 1, end: start + 1, before: '"ordinal":', after: first ? ',' : '' };
}

/** The same from the beginning of a line, for the shape that Codex writes; null for another one. */
export function ordinalInHead(head: Buffer): OrdinalPlace | null {
  const text = head.toString('latin1', 0, HEAD_BYTES);
  const found = /^(\{"timestamp":"[^"\\]*")(,"ordinal":)?(\d{1,15})?(?=[,}])/.exec(text);
  if (!found) return null;
  const [, time = '', key = '', digits] = found;
  if (key === '') {
    return { ordinal: null, start: time.length, end: time.length, before: ',"ordinal":', after: '' };
  }
  if (digits === undefined) return null;
  const start = time.length + key.length;
  return { ordinal: Number(digits), start, end: start + digits.length, before: '', after: '' };
}

/** Gives a line another ordinal, and changes nothing else on it. */
export function ordinalEdit(at: LinePlace, place: OrdinalPlace, ordinal: number, rule: RepairRule): Edit {
  return {
    offset: place.start + at.shift,
    length: place.end - place.start,
    added: `${place.before}${ordinal}${place.after}`,
    line: at.line,
    rule,
    message:
      rule === 'ORDINAL-MISSING'
        ? `the ordinal ${ordinal} was put in`
        : `the ordinal ${place.ordinal ?? '?'} became ${ordinal}`,
    run: true,
  };
}

const HEAD_BYTES = 128;
