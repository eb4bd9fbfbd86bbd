/**
 * One pass over the bytes of a JSON object, without building anything: where its members are, how deep it nests, which
 * integers a JavaScript number cannot hold, and whether a key stands twice. It checks no syntax: `JSON.parse` does.
 *
 * @param bytes the buffer that holds the line
 * @param start first byte of the text; leading white space is allowed
 * @param end one past its last byte
 */
export function scanJson(bytes: Uint8Array, start: number, end: number, options: ScanOptions): Scan {
  const scan: Scan = { tooDeep: false, members: [], unsafeNumbers: [], duplicateKey: null };
  const keys = options.findDuplicates ? new KeySets(bytes, scan) : null;
  let depth = 0;
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
          keys?.add(depth, i + 1, close);
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
        if (depth >= isObject.length) isObject = grown(isObject);
        isObject[depth] = byte === OPEN_OBJECT ? 1 : 0;
        expectsKey = byte === OPEN_OBJECT;
        if (expectsKey) keys?.open(depth);
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        closeMember(i);
        if (depth > 0) depth--;
        expectsKey = false;
        break;
      case COMMA:
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
  findDuplicates?: boolean;
}

export interface Scan {
  /** Nests deeper than allowed; the rest of the scan is then incomplete. */
  tooDeep: boolean;
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

/** Whether the member's key is this ASCII word. */
export function keyIs(bytes: Uint8Array, member: Member, word: string): boolean {
  if (member.keyEnd - member.keyStart !== word.length) return false;
  for (let i = 0; i < word.length; i++) {
    if (bytes[member.keyStart + i] !== word.charCodeAt(i)) return false;
  }
  return true;
}

/** The keys seen so far in each open object, by hash; a hash that comes again is compared byte by byte. */
class KeySets {
  readonly #bytes: Uint8Array;
  readonly #scan: Scan;
  readonly #sets: Map<number, number[]>[] = [];

  constructor(bytes: Uint8Array, scan: Scan) {
    this.#bytes = bytes;
    this.#scan = scan;
  }

  open(depth: number): void {
    const set = this.#sets[depth];
    if (set) set.clear();
    else this.#sets[depth] = new Map();
  }

  add(depth: number, start: number, end: number): void {
    if (this.#scan.duplicateKey) return;
    const set = this.#sets[depth];
    if (!set) return;
    const hash = this.#hash(start, end);
    const earlier = set.get(hash);
    if (!earlier) {
      set.set(hash, [start, end]);
      return;
    }
    const key = this.#decode(start, end);
    for (let i = 0; i < earlier.length; i += 2) {
      if (this.#decode(earlier[i] as number, earlier[i + 1] as number) === key) {
        this.#scan.duplicateKey = { key, offset: start - 1 };
        return;
      }
    }
    earlier.push(start, end);
  }

  #hash(start: number, end: number): number {
    let hash = 0;
    for (let i = start; i < end; i++) {
      const byte = this.#bytes[i] as number;
      if (byte === BACKSLASH) return hashText(this.#decode(start, end));
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    return hash;
  }

  #decode(start: number, end: number): string {
    const text = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + start, end - start).toString('utf8');
    if (!text.includes('\\')) return text;
    try {
      return JSON.parse(`"${text}"`) as string;
    } catch {
      return text;
    }
  }
}

// Over UTF-8 bytes, so that an escaped key and the same key unescaped meet.
function hashText(text: string): number {
  let hash = 0;
  for (const byte of Buffer.from(text)) hash = (Math.imul(hash, 31) + byte) | 0;
  return hash;
}

/** For each open container, whether it is an object. Shared by all scans, which never overlap. */
let isObject = new Uint8Array(1024);

function grown(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(bytes.length * 2);
  larger.set(bytes);
  return larger;
}

function endOfString(bytes: Uint8Array, from: number, end: number): number {
  let i = from;
  while (i < end) {
    const byte = bytes[i];
    if (byte === QUOTE) return i;
    i += byte === BACKSLASH ? 2 : 1;
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
