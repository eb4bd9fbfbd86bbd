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

  const scan = scanJson(bytes, start, end, { maxDepth: limits.depth, findDuplicates: options.findDuplicates ?? false });
  if (!isUtf8(bytes.subarray(start, end))) return { ok: false, fault: 'BAD-UTF8' };
  if (scan.tooDeep) return { ok: false, fault: 'TOO-DEEP' };
  const text = textOf(bytes, start, end, scan.unsafeNumbers);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return { ok: false, fault: 'NOT-OBJECT' };
    return { ok: true, value: value as JsonObject, bytes, start, end, scan };
  } catch (error) {
    const fault = bytes.subarray(start, end).includes(0) ? 'HOLE' : 'BAD-JSON';
    return { ok: false, fault, reason: (error as Error).message };
  }
}

export type JsonObject = Record<string, unknown>;

export type Decoded = DecodedObject | Undecodable;

export interface DecodedObject {
  ok: true;
  value: JsonObject;
  bytes: Buffer;
  /** The object's own bytes, without white space around it. */
  start: number;
  end: number;
  scan: Scan;
}

export interface Undecodable {
  ok: false;
  fault: LineFault;
  reason?: string;
}

/** Why a line is not a record; each is also the name of a validation rule. */
export type LineFault = 'BLANK' | 'LINE-TOO-LONG' | 'BAD-UTF8' | 'HOLE' | 'BAD-JSON' | 'NOT-OBJECT' | 'TOO-DEEP';

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

function textOf(bytes: Buffer, start: number, end: number, unsafeNumbers: number[]): string {
  if (unsafeNumbers.length === 0) return bytes.toString('utf8', start, end);
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
