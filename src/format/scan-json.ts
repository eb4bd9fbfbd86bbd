import { KeyTable } from './key-table.ts';

/**
 * One pass over the bytes of a JSON object, without building anything: where its members are, how deep it nests, which
 * integers a JavaScript number cannot hold, and whether a key stands twice. It checks no syntax: `JSON.parse` does.
 *
 * @param bytes the buffer that holds the line
 * @param start first byte of the text; leading white space is allowed
 * @param end one past its last byte
 */
export function scanJson(bytes: Buffer, start: number, end: number, options: ScanOptions): Scan {
  const scan: Scan = { tooDeep: false, tooMany: false, members: [], unsafeNumbers: [], duplicateKey: null };
  const keys = options.findDuplicates ? sharedKeys : null;
  keys?.begin(bytes);
  const maxValues = options.maxValues ?? Number.POSITIVE_INFINITY;
  let depth = 0;
  let values = 0;
  let expectsKey = false;
  let keyStart = -1;
  let keyEnd = -1;
  let valueStart = -1;

  const closeMember = (at: number) => {
    if (depth === 1 && keyStart >= 0 && valueStart >= 0) {
      scan.members.push({ keyStart, keyEnd, valueStart, valueEnd: trimEnd(bytes, valueStart, at) });
      keyStart = -1;
      valueStart = -1;
    }
  };

  let i = start;
  while (i < end) {
    const byte = bytes[i] as number;
    switch (byte) {
      case QUOTE: {
        const close = endOfString(bytes, i + 1, end);
        if (expectsKey) {
          expectsKey = false;
          if (depth === 1) {
            keyStart = i + 1;
            keyEnd = close;
          }
          if (keys && !scan.duplicateKey && keys.isRepeated(depth, i + 1, close)) {
            scan.duplicateKey = { key: keys.textOf(i + 1, close), offset: i };
          }
        }
        i = close + 1;
        continue;
      }
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        depth++;
        if (depth > options.maxDepth) {
          scan.tooDeep = true;
          return scan;
        }
        values++;
        if (depth >= isObject.length) isObject = grown(isObject);
        isObject[depth] = byte === OPEN_OBJECT ? 1 : 0;
        expectsKey = byte === OPEN_OBJECT;
        if (expectsKey) keys?.openObject(depth);
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        closeMember(i);
        if (depth > 0) depth--;
        expectsKey = false;
        break;
      case COMMA:
        if (++values > maxValues) {
          scan.tooMany = true;
          return scan;
        }
        closeMember(i);
        expectsKey = isObject[depth] === 1;
        break;
      case COLON:
        if (depth === 1) valueStart = skipSpace(bytes, i + 1, end);
        break;
      default:
        if (byte === MINUS || (byte >= ZERO && byte <= NINE)) {
          const close = endOfNumber(bytes, i, end);
          if (mayBeUnsafe(bytes, i, close) && isUnsafe(bytes, i, close)) scan.unsafeNumbers.push(i, close);
          i = close;
          continue;
        }
    }
    i++;
  }
  return scan;
}

export interface ScanOptions {
  maxDepth: number;
  maxValues?: number;
  findDuplicates?: boolean;
}

export interface Scan {
  /** Nests deeper than allowed; the rest of the scan is then incomplete. */
  tooDeep: boolean;
  /** Holds more values than allowed; the rest of the scan is then incomplete. */
  tooMany: boolean;
  /** Members of the outermost object, in order, as byte spans; keys without their quotes. */
  members: Member[];
  /** Start and end of each number that JavaScript would change: integers beyond 2^53, exponents out of range. */
  unsafeNumbers: number[];
  /** The first key that stands twice in one object. */
  duplicateKey: { key: string; offset: number } | null;
}

export interface Member {
  keyStart: number;
  keyEnd: number;
  valueStart: number;
  valueEnd: number;
}

/** Whether the member's key is this ASCII word, plain or with escapes in it. */
export function keyIs(bytes: Buffer, member: Member, word: string): boolean {
  const length = member.keyEnd - member.keyStart;
  if (length !== word.length) return length > word.length && unescapedKey(bytes, member) === word;
  for (let i = 0; i < word.length; i++) {
    if (bytes[member.keyStart + i] !== word.charCodeAt(i)) return false;
  }
  return true;
}

/** Null for a key without escapes. */
function unescapedKey(bytes: Buffer, { keyStart, keyEnd }: Member): string | null {
  if (!bytes.subarray(keyStart, keyEnd).includes(BACKSLASH)) return null;
  try {
    return JSON.parse(`"${bytes.toString('utf8', keyStart, keyEnd)}"`) as string;
  } catch {
    return null;
  }
}

/** Shared by all scans, which never overlap. */
const sharedKeys = new KeyTable();
/** For each open container, whether it is an object; shared as well. */
let isObject = new Uint8Array(1024);

function grown(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(bytes.length * 2);
  larger.set(bytes);
  return larger;
}

/** Short strings are walked through; for the rest of a long one, the native search is several times faster. */
function endOfString(bytes: Buffer, from: number, end: number): number {
  let i = from;
  while (i < end) {
    const near = Math.min(end, i + WALKED);
    while (i < near) {
      const byte = bytes[i];
      if (byte === QUOTE) return i;
      i += byte === BACKSLASH ? 2 : 1;
    }
    const quote = bytes.indexOf(QUOTE, i);
    if (quote < 0 || quote >= end) return end;
    let backslashes = quote;
    while (backslashes > i && bytes[backslashes - 1] === BACKSLASH) backslashes--;
    if ((quote - backslashes) % 2 === 0) return quote;
    i = quote + 1;
  }
  return end;
}

function endOfNumber(bytes: Uint8Array, from: number, end: number): number {
  let i = from + 1;
  while (i < end) {
    const byte = bytes[i] as number;
    const isDigit = byte >= ZERO && byte <= NINE;
    if (!isDigit && byte !== DOT && byte !== PLUS && byte !== MINUS && (byte | 0x20) !== LOWER_E) break;
    i++;
  }
  return i;
}

/** Spares making a text of the token: fewer than 16 digits are safe, unless an exponent stands at their end. */
function mayBeUnsafe(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start >= 16) return true;
  for (let i = Math.max(start, end - 5); i < end; i++) if (((bytes[i] as number) | 0x20) === LOWER_E) return true;
  return false;
}

function isUnsafe(bytes: Uint8Array, start: number, end: number): boolean {
  const token = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
  const value = Number(token);
  if (!Number.isFinite(value)) return true;
  return /^-?\d+$/.test(token) && !Number.isSafeInteger(value);
}

function skipSpace(bytes: Uint8Array, from: number, end: number): number {
  let i = from;
  while (i < end && isSpace(bytes[i] as number)) i++;
  return i;
}

function trimEnd(bytes: Uint8Array, start: number, end: number): number {
  let i = end;
  while (i > start && isSpace(bytes[i - 1] as number)) i--;
  return i;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a;
}

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
/** Bytes of a string that are looked at one by one before the native search is called. */
const WALKED = 32;
