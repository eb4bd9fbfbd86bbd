import { decodeLine } from '../../format/decode-line.ts';
import { toEventBody } from '../../format/events/event-body.ts';
import { defaultLimits } from '../../format/limits.ts';
import { toRecord } from '../../format/record.ts';
import type { EventBody } from '../../model/event.ts';
import type { Entry } from './dialect-records.ts';

/**
 * One line, without LF, with its keys in the order of Codex. Half of a surrogate pair, which a model may give and Codex takes
 * for a broken line, becomes U+FFFD.
 *
 * @param ordinal null in the envelope dialect
 */
export function lineText(timestamp: string, ordinal: number | null, { type, payload }: Entry): string {
  const line = { timestamp, ...(ordinal !== null && { ordinal }), type, payload };
  const text = JSON.stringify(line);
  return text.includes('\\ud') ? JSON.stringify(line, wellFormed) : text;
}

/** What the line says, as `show` tells it; that it cannot be read, where it is past the bounds of what is. */
export function publishedBody(text: string): EventBody {
  const bytes = Buffer.from(text);
  const line = { bytes, start: 0, end: bytes.length, length: bytes.length };
  const place = { number: 2, offset: 0, terminated: true, whole: true };
  const decoded = decodeLine({ ...line, ...place }, { ...defaultLimits, lineBytes: bytes.length });
  const record = decoded.ok ? toRecord(decoded) : null;
  if (record) return toEventBody(record);
  return { type: 'Unknown', error: decoded.ok ? 'it is of no dialect' : `it is past a limit (${decoded.fault})` };
}

function wellFormed(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? Buffer.from(value).toString() : value;
}
