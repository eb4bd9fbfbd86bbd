import { decodeLine } from '../../format/decode-line.ts';
import { toEventBody } from '../../format/events/event-body.ts';
import { defaultLimits } from '../../format/limits.ts';
import { toRecord } from '../../format/record.ts';
import { keyIs, scanJson } from '../../format/scan-json.ts';
import { stringify } from '../../model/verbatim.ts';
import type { EventLine, LineForm } from './line-form.ts';
import { memberOf } from './member-of.ts';
import { type Candidate, candidatesOf } from './payloads.ts';

export interface MadeLine {
  bytes: Buffer;
  /** Whether it reads as the event that it was made of. */
  isSame: boolean;
}

/**
 * The line of a rollout that an event was read from, made again: what passes through byte for byte does so; what was rebuilt
 * is written in the form of the dialect that reads as this event. Null where the event does not hold what stood there.
 */
export function lineOfEvent({ text, value }: EventLine, form: LineForm): MadeLine | null {
  if (value.type === 'Unknown') return unknownLine(text, value);
  const wanted = bodyText(text);
  const timestamp = typeof value.timestamp === 'string' ? value.timestamp : null;
  let first: Buffer | null = null;
  for (const candidate of candidatesOf(value, (key) => memberOf(text, key), form)) {
    const bytes = Buffer.from(wrap(candidate, timestamp, form));
    first ??= bytes;
    if (reads(bytes) !== wanted) continue;
    return done(bytes, candidate, form, true);
  }
  return first && done(first, null, form, false);
}

function done(bytes: Buffer, candidate: Candidate | null, form: LineForm, isSame: boolean): MadeLine {
  if (candidate?.call) form.calls.set(candidate.call.id, candidate.call.kind);
  // A session with more open calls than that is no session.
  if (form.calls.size > MOST_CALLS) form.calls.clear();
  if (form.dialect === 'paginated') form.nextOrdinal++;
  return { bytes, isSame };
}

const MOST_CALLS = 10_000;

/** Kept whole, it is what stood there. Of a line beyond every limit, nothing was kept. */
function unknownLine(text: string, { raw_text: plain, raw_base64: coded }: EventLine['value']): MadeLine | null {
  const raw = memberOf(text, 'raw');
  if (raw !== undefined) return { bytes: Buffer.from(raw), isSame: true };
  if (typeof plain === 'string') return { bytes: Buffer.from(plain), isSame: true };
  if (typeof coded === 'string') return { bytes: Buffer.from(coded, 'base64'), isSame: true };
  return null;
}

function wrap({ type, payload }: Candidate, timestamp: string | null, form: LineForm): string {
  const isBare = form.dialect === 'bare' && (type === 'session_meta' || type === 'response_item');
  if (isBare) return payload;
  const time = timestamp === null ? '' : `"timestamp":${JSON.stringify(timestamp)},`;
  const ordinal = form.dialect === 'paginated' ? `"ordinal":${form.nextOrdinal},` : '';
  return `{${time}${ordinal}"type":"${type}","payload":${payload}}`;
}

/** The body of the event that a line reads as. */
function reads(bytes: Buffer): string | null {
  const line = {
    bytes,
    start: 0,
    end: bytes.length,
    number: 2,
    offset: 0,
    length: bytes.length,
    terminated: true,
    whole: true,
  };
  const decoded = decodeLine(line, defaultLimits);
  const record = decoded.ok ? toRecord(decoded) : null;
  return record && stringify(toEventBody(record));
}

/** The event without its place: from its type on. */
function bodyText(text: string): string {
  const bytes = Buffer.from(text);
  const { members } = scanJson(bytes, 0, bytes.length, { maxDepth: Number.POSITIVE_INFINITY });
  const own = members.filter((member) => !headKeys.some((key) => keyIs(bytes, member, key)));
  return `{${own.map((member) => bytes.toString('utf8', member.keyStart - 1, member.valueEnd)).join(',')}}`;
}

const headKeys = [
  'schema',
  'thread_id',
  'seq',
  'timestamp',
  'turn',
  'line',
  'inherited_from',
  'base_rollout',
  'rolled_back',
  'synthetic',
];
