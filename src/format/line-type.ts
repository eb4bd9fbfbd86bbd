import { bareItems } from './record.ts';
import { keyIs, scanJson } from './scan-json.ts';

/**
 * The type of the record on a line, as it stands on disk, from its first bytes and without parsing it. Bare lines get the
 * type that their content has in later versions.
 *
 * @param end one past the last byte at hand, which may be the line's head only
 * @returns null when these bytes do not show it
 */
export function lineType(bytes: Buffer, start: number, end: number): string | null {
  const at = typeOffset(bytes, start, end);
  if (at > 0) {
    const close = bytes.indexOf(QUOTE, at);
    if (close > 0 && close < end) return bytes.toString('latin1', at, close);
  }
  return scannedType(bytes, start, end);
}

/** Whether the line's type is one of those wanted, by comparing bytes where the line has the usual shape. */
export function lineHasType(bytes: Buffer, start: number, end: number, wanted: readonly Buffer[]): boolean {
  const at = typeOffset(bytes, start, end);
  if (at > 0) return wanted.some((type) => isTypeAt(bytes, at, end, type));
  const type = scannedType(bytes, start, end);
  return type !== null && wanted.some((one) => one.toString('latin1') === type);
}

function isTypeAt(bytes: Buffer, at: number, end: number, wanted: Buffer): boolean {
  const close = at + wanted.length;
  return close < end && bytes[close] === QUOTE && bytes.compare(wanted, 0, wanted.length, at, close) === 0;
}

/** Where the type's value begins in `{"timestamp":"…","ordinal":7,"type":"…`; 0 when the line has another shape. */
export function typeOffset(bytes: Buffer, start: number, end: number): number {
  // Codex's own lines have a time of 24 characters, which ends in `Z`.
  if (end - start < 64 || bytes[start + 2] !== 0x74 || bytes[start + 12] !== COLON) return 0;
  const isUsual = bytes[start + 24] === 0x54 && bytes[start + 37] === 0x5a && bytes[start + 38] === QUOTE;
  const close = isUsual ? start + 38 : bytes.indexOf(QUOTE, start + 14);
  if (close < 0 || close + 30 > end || bytes[close + 1] !== COMMA || bytes[close + 2] !== QUOTE) return 0;
  let at = close + 3;
  if (bytes[at] === 0x6f && bytes[at + 8] === COLON) {
    at += 9;
    while (at < end && isDigit(bytes[at] as number)) at++;
    if (bytes[at] !== COMMA || bytes[at + 1] !== QUOTE) return 0;
    at += 2;
  }
  // type":"
  const isType =
    bytes[at] === 0x74 &&
    bytes[at + 1] === 0x79 &&
    bytes[at + 2] === 0x70 &&
    bytes[at + 3] === 0x65 &&
    bytes[at + 4] === QUOTE &&
    bytes[at + 5] === COLON &&
    bytes[at + 6] === QUOTE;
  return isType && at + 7 < end ? at + 7 : 0;
}

function scannedType(bytes: Buffer, start: number, end: number): string | null {
  const { members } = scanJson(bytes, start, end, { maxDepth: 512 });
  const read = (key: string) => {
    const member = members.findLast((candidate) => keyIs(bytes, candidate, key));
    return member && bytes[member.valueStart] === QUOTE
      ? bytes.toString('utf8', member.valueStart + 1, member.valueEnd - 1)
      : null;
  };
  const type = read('type');
  const isEnveloped = members.some((member) => keyIs(bytes, member, 'payload'));
  if (type !== null) return !isEnveloped && bareItems.has(type) ? 'response_item' : type;
  return read('record_type') ?? (read('id') !== null && read('timestamp') !== null ? 'session_meta' : null);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
