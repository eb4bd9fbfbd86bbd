import type { Dialect } from '../model/thread-row.ts';
import { Verbatim } from '../model/verbatim.ts';
import { type DecodedObject, type JsonObject, memberText, objectText } from './decode-line.ts';

/**
 * A decoded line, with the parts that every dialect has in one place.
 *
 * Bare (Codex <= 0.29): the line is the item itself. Envelope (0.34 on): `{timestamp, type, payload}`. Paginated: the same
 * with `ordinal`. Event: a line of our own published stream.
 */
export interface Record {
  dialect: Dialect;
  /** The record's type on disk: `session_meta`, `response_item`, … or a name that this version does not know. */
  type: string;
  /** What the type speaks of: the envelope's payload, or the whole object of a bare line. */
  payload: JsonObject;
  timestamp: string | null;
  ordinal: number | null;
  /** `payload` as it stands on disk. */
  payloadText(): Verbatim;
  /** The whole line as it stands on disk. */
  text(): Verbatim;
}

/** Tells a line's dialect and type; null for an object that belongs to no dialect. */
export function toRecord(decoded: DecodedObject): Record | null {
  const { value } = decoded;
  if (isEventLine(value)) return eventRecord(decoded);
  if (typeof value.type === 'string' && 'payload' in value) return envelopeRecord(decoded, value.type);
  return bareRecord(decoded);
}

function envelopeRecord(decoded: DecodedObject, type: string): Record | null {
  const { payload, timestamp, ordinal } = decoded.value;
  if (!isObject(payload)) return null;
  const hasOrdinal = typeof ordinal === 'number';
  return {
    dialect: hasOrdinal ? 'paginated' : 'envelope',
    type,
    payload,
    timestamp: typeof timestamp === 'string' ? timestamp : null,
    ordinal: hasOrdinal ? ordinal : null,
    payloadText: () => new Verbatim(memberText(decoded, 'payload') as string, payload),
    text: () => new Verbatim(objectText(decoded), decoded.value),
  };
}

/** Item types that Codex <= 0.29 wrote bare, or could have; the same names live on in later payloads. */
export const bareItems: ReadonlySet<string> = new Set([
  'message',
  'reasoning',
  'function_call',
  'function_call_output',
  'local_shell_call',
  'custom_tool_call',
  'custom_tool_call_output',
  'web_search_call',
  'other',
]);

function bareRecord(decoded: DecodedObject): Record | null {
  const { value } = decoded;
  const type = bareType(value);
  if (!type) return null;
  return {
    dialect: 'bare',
    type,
    payload: value,
    timestamp: type === 'session_meta' && typeof value.timestamp === 'string' ? value.timestamp : null,
    ordinal: null,
    payloadText: () => new Verbatim(objectText(decoded), value),
    text: () => new Verbatim(objectText(decoded), decoded.value),
  };
}

function bareType(value: JsonObject): string | null {
  if (typeof value.record_type === 'string') return value.record_type;
  if (typeof value.type === 'string') {
    return bareItems.has(value.type) ? 'response_item' : value.type;
  }
  return typeof value.id === 'string' && typeof value.timestamp === 'string' ? 'session_meta' : null;
}

const eventBodies: { [type: string]: string } = {
  SessionMeta: 'meta',
  TurnContext: 'context',
  EventMsg: 'msg',
  ResponseItem: 'item',
  Compacted: 'compacted',
  Unknown: 'raw',
};

function isEventLine(value: JsonObject): boolean {
  if (typeof value.type !== 'string' || !Object.hasOwn(eventBodies, value.type)) return false;
  if (typeof value.turn !== 'number' || !('thread_id' in value)) return false;
  if (value.type === 'Unknown') return true;
  const body = value[eventBodies[value.type] as string];
  const isKinded = value.type === 'EventMsg' || value.type === 'ResponseItem';
  return isObject(body) && (!isKinded || typeof body.type === 'string');
}

function eventRecord(decoded: DecodedObject): Record {
  const { value } = decoded;
  const type = value.type as string;
  const body = value[eventBodies[type] as string];
  return {
    dialect: 'event',
    type,
    payload: isObject(body) ? body : {},
    timestamp: typeof value.timestamp === 'string' ? value.timestamp : null,
    ordinal: null,
    payloadText: () => new Verbatim(memberText(decoded, eventBodies[type] as string) ?? '{}'),
    text: () => new Verbatim(objectText(decoded), decoded.value),
  };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
