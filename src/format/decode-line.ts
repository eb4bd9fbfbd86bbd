import { isUtf8 } from 'node:buffer';
import type { Limits } from './limits.ts';
import type { Line } from './line-framer.ts';
import { keyIs, type Scan, scanJson } from './scan-json.ts';

/**
 * Decodes one line into a JSON object, or says exactly why it cannot be.
 *
 * Integers that a JavaScript number would change arrive as strings of their digits. The bytes themselves are still at
 * hand through `memberText`, for whatever must be passed on unchanged.
 */
export function decodeLine(line: Line, limits: Limits, options: { findDuplicates?: boolean } = {}): Decoded {
  if (!line.whole || line.length > limits.lineBytes) return { ok: false, fault: 'LINE-TOO-LONG' };
  const { bytes } = line;
  let { start, end } = line;
  if (line.number === 1 && hasBom(bytes, start, end)) start += 3;
  while (end > start && isSpace(bytes[end - 1] as number)) end--;
  while (start < end && isSpace(bytes[start] as number)) start++;
  if (start === end) return { ok: false, fault: 'BLANK' };
  if (bytes[start] === 0 || bytes[end - 1] === 0) return { ok: false, fault: 'HOLE' };

  // A record's text is scanned before it is parsed only where that is needed; for a huge one always, so that what
  // would take far more memory than its text is found before the parser builds it.
  const scanOptions = {
    maxDepth: limits.depth,
    maxValues: limits.values,
    findDuplicates: options.findDuplicates ?? false,
  };
  const mustScan = options.findDuplicates === true || end - start > SCANNED_FIRST;
  let scan = mustScan ? scanJson(bytes, start, end, scanOptions) : null;
  if (scan?.tooDeep) return { ok: false, fault: 'TOO-DEEP' };
  if (scan?.tooMany) return { ok: false, fault: 'TOO-MANY-VALUES' };
  let text = bytes.toString('utf8', start, end);
  if (text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(start, end))) return { ok: false, fault: 'BAD-UTF8' };
  try {
    let value: unknown = JSON.parse(text);
    if (!scan) {
      const trouble = inspect(value, limits.depth);
      if (trouble === 'too-deep') return { ok: false, fault: 'TOO-DEEP' };
      if (trouble === 'numbers') scan = scanJson(bytes, start, end, scanOptions);
    }
    if (scan && scan.unsafeNumbers.length > 0) {
      text = quoteNumbers(bytes, start, end, scan.unsafeNumbers);
      value = JSON.parse(text);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return { ok: false, fault: 'NOT-OBJECT' };
    return new DecodedObject(value as JsonObject, bytes, start, end, scan);
  } catch (error) {
    const fault = bytes.subarray(start, end).includes(0) ? 'HOLE' : 'BAD-JSON';
    return { ok: false, fault, reason: (error as Error).message };
  }
}

export type JsonObject = Record<string, unknown>;

export type Decoded = DecodedObject | Undecodable;

export class DecodedObject {
  readonly ok = true;
  readonly value: JsonObject;
  readonly bytes: Buffer;
  /** The object's own bytes, without white space around it. */
  readonly start: number;
  readonly end: number;
  #scan: Scan | null;

  constructor(value: JsonObject, bytes: Buffer, start: number, end: number, scan: Scan | null) {
    this.value = value;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.#scan = scan;
  }

  /** Made when first asked for; only while the line is valid. */
  get scan(): Scan {
    this.#scan ??= scanJson(this.bytes, this.start, this.end, { maxDepth: Number.POSITIVE_INFINITY });
    return this.#scan;
  }
}

export interface Undecodable {
  ok: false;
  fault: LineFault;
  reason?: string;
}

/** Why a line is not a record; each is also the name of a validation rule. */
export type LineFault =
  | 'BLANK'
  | 'LINE-TOO-LONG'
  | 'BAD-UTF8'
  | 'HOLE'
  | 'BAD-JSON'
  | 'NOT-OBJECT'
  | 'TOO-DEEP'
  | 'TOO-MANY-VALUES';

/** The JSON text of a member of the outermost object, byte for byte; the last one where the key stands twice. */
export function memberText(decoded: DecodedObject, key: string): string | undefined {
  for (let i = decoded.scan.members.length - 1; i >= 0; i--) {
    const member = decoded.scan.members[i];
    if (member && keyIs(decoded.bytes, member, key)) {
      return decoded.bytes.toString('utf8', member.valueStart, member.valueEnd);
    }
  }
  return undefined;
}

/** The whole object's JSON text, byte for byte. */
export function objectText(decoded: DecodedObject): string {
  return decoded.bytes.toString('utf8', decoded.start, decoded.end);
}

/** Whether the line begins with the UTF-8 byte order mark. */
export function hasBom(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
}

/** What a parsed value tells of its text: nested too deep, or holding numbers that may have lost digits. */
function inspect(value: unknown, depthLeft: number): 'too-deep' | 'numbers' | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) || !isWhole(value) ? null : 'numbers';
  if (typeof value !== 'object' || value === null) return null;
  if (depthLeft === 0) return 'too-deep';
  let trouble: 'numbers' | null = null;
  for (const key in value) {
    const member = (value as JsonObject)[key];
    // Most members are strings; a call for each would double the time.
    if (typeof member === 'string') continue;
    const found = inspect(member, depthLeft - 1);
    if (found === 'too-deep') return found;
    trouble ??= found;
  }
  return trouble;
}

function isWhole(value: number): boolean {
  return Number.isInteger(value) || !Number.isFinite(value);
}

function quoteNumbers(bytes: Buffer, start: number, end: number, unsafeNumbers: number[]): string {
  let text = '';
  let from = start;
  for (let i = 0; i < unsafeNumbers.length; i += 2) {
    const numberStart = unsafeNumbers[i] as number;
    const numberEnd = unsafeNumbers[i + 1] as number;
    text += `${bytes.toString('utf8', from, numberStart)}"${bytes.toString('latin1', numberStart, numberEnd)}"`;
    from = numberEnd;
  }
  return text + bytes.toString('utf8', from, end);
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}

/** What an undecodable byte becomes in a string. */
const REPLACEMENT = '\ufffd';
const SCANNED_FIRST = 256 * 1024;
