/**
 * Where a text stops being JSON (RFC 8259). The parser of the language says so only in words, and in other words from version
 * to version.
 *
 * @returns the index of the first byte that cannot stand where it does; `end` when more would have to follow
 */
export function findJsonFault(bytes: Uint8Array, start: number, end: number): number {
  const closers: number[] = [];
  let expected: Expected = 'value';
  let at = start;
  for (;;) {
    while (at < end && isSpace(bytes[at] as number)) at++;
    if (at >= end) return end;
    const byte = bytes[at] as number;
    switch (expected) {
      case 'value':
      case 'first-value':
        if (byte === CLOSE_ARRAY && expected === 'first-value') {
          closers.pop();
          expected = afterValue(closers);
          at++;
        } else if (byte === OPEN_OBJECT) {
          closers.push(CLOSE_OBJECT);
          expected = 'first-key';
          at++;
        } else if (byte === OPEN_ARRAY) {
          closers.push(CLOSE_ARRAY);
          expected = 'first-value';
          at++;
        } else {
          const scalar = scanScalar(bytes, at, end);
          if (!scalar.ok) return scalar.at;
          at = scalar.at;
          expected = afterValue(closers);
        }
        break;
      case 'key':
      case 'first-key': {
        if (byte === CLOSE_OBJECT && expected === 'first-key') {
          closers.pop();
          expected = afterValue(closers);
          at++;
          break;
        }
        if (byte !== QUOTE) return at;
        const key = scanString(bytes, at, end);
        if (!key.ok) return key.at;
        at = key.at;
        expected = 'colon';
        break;
      }
      case 'colon':
        if (byte !== COLON) return at;
        expected = 'value';
        at++;
        break;
      case 'comma':
        if (byte === COMMA) expected = closers.at(-1) === CLOSE_OBJECT ? 'key' : 'value';
        else if (byte === closers.at(-1)) {
          closers.pop();
          expected = afterValue(closers);
        } else return at;
        at++;
        break;
      case 'nothing':
        return at;
    }
  }
}

type Expected = 'value' | 'first-value' | 'key' | 'first-key' | 'colon' | 'comma' | 'nothing';

/** One past what was scanned, or where the fault is. */
interface Scanned {
  ok: boolean;
  at: number;
}

function afterValue(closers: number[]): Expected {
  return closers.length > 0 ? 'comma' : 'nothing';
}

function scanScalar(bytes: Uint8Array, start: number, end: number): Scanned {
  const byte = bytes[start] as number;
  if (byte === QUOTE) return scanString(bytes, start, end);
  for (const word of words) {
    if (word[0] !== byte) continue;
    for (let i = 1; i < word.length; i++)
      if (bytes[start + i] !== word[i] || start + i >= end) return fault(Math.min(start + i, end));
    return { ok: true, at: start + word.length };
  }
  return scanNumber(bytes, start, end);
}

function scanString(bytes: Uint8Array, start: number, end: number): Scanned {
  let at = start + 1;
  while (at < end) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) return { ok: true, at: at + 1 };
    if (byte < 0x20) return fault(at);
    at++;
    if (byte !== BACKSLASH) continue;
    if (at >= end) return fault(end);
    const escaped = bytes[at] as number;
    if (!escapes.includes(escaped)) return fault(at);
    at++;
    if (escaped !== LOWER_U) continue;
    for (let digits = 0; digits < 4; digits++, at++) {
      if (at >= end) return fault(end);
      if (!isHex(bytes[at] as number)) return fault(at);
    }
  }
  return fault(end);
}

function scanNumber(bytes: Uint8Array, start: number, end: number): Scanned {
  let at = bytes[start] === MINUS ? start + 1 : start;
  const whole = skipDigits(bytes, at, end);
  if (whole === at) return fault(at);
  if (bytes[at] === ZERO && whole > at + 1) return fault(at + 1);
  at = whole;
  if (at < end && bytes[at] === DOT) {
    const fraction = skipDigits(bytes, at + 1, end);
    if (fraction === at + 1) return fault(fraction);
    at = fraction;
  }
  if (at < end && ((bytes[at] as number) | 0x20) === LOWER_E) {
    at++;
    if (at < end && (bytes[at] === PLUS || bytes[at] === MINUS)) at++;
    const exponent = skipDigits(bytes, at, end);
    if (exponent === at) return fault(at);
    at = exponent;
  }
  return { ok: true, at };
}

function skipDigits(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && (bytes[at] as number) >= ZERO && (bytes[at] as number) <= NINE) at++;
  return at;
}

function fault(at: number): Scanned {
  return { ok: false, at };
}

function isHex(byte: number): boolean {
  return (byte >= ZERO && byte <= NINE) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a;
}

const words = ['true', 'false', 'null'].map((word) => Buffer.from(word));
const escapes = Buffer.from('"\\/bfnrtu');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_E = 0x65;
const LOWER_U = 0x75;
