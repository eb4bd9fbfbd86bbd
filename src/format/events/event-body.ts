import type { EventBody } from '../../model/event.ts';
import { bodyFault } from '../event-schema.ts';
import { isObject, type Record } from '../record.ts';
import { eventMsgBody } from './event-msg.ts';
import { responseItemBody } from './response-item.ts';

/**
 * What one record says, in the published form. Every record gives exactly one body; one that this version does not know is
 * kept whole as `Unknown`, as is one whose fields are not of the published types.
 */
export function toEventBody(record: Record): EventBody {
  const body = knownBody(record);
  // A record of a known kind may hold anything; what is published as that kind holds what the schema says.
  const fault = body && bodyFault(body);
  if (body && fault === null) return body;
  const unknown = { type: 'Unknown', record_type: recordType(record), raw: record.text() } as const;
  return fault === null ? unknown : { ...unknown, error: fault };
}

function knownBody(record: Record): EventBody | null {
  switch (record.type) {
    case 'session_meta':
      return { type: 'SessionMeta', meta: record.payloadText() };
    case 'turn_context':
      return { type: 'TurnContext', context: record.payloadText() };
    case 'compacted':
      return { type: 'Compacted', compacted: record.payloadText() };
    case 'response_item':
      return responseItemBody(record);
    case 'event_msg':
      return eventMsgBody(record);
    default:
      return null;
  }
}

/** `token_usage_record`, or `event_msg/some_new_kind`, or `event_msg/item_completed/SomeNewItem`. */
function recordType(record: Record): string {
  if (record.type !== 'response_item' && record.type !== 'event_msg') return record.type;
  const names = [
    record.type,
    record.payload.type,
    isObject(record.payload.item) ? record.payload.item.type : undefined,
  ];
  return names.filter((name) => typeof name === 'string').join('/');
}
