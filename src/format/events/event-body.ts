import type { EventBody } from '../../model/event.ts';
import { isObject, type Record } from '../record.ts';
import { eventMsgBody } from './event-msg.ts';
import { responseItemBody } from './response-item.ts';

/**
 * What one record says, in the published form. Every record gives exactly one body; one that this version does not know is
 * kept whole as `Unknown`.
 */
export function toEventBody(record: Record): EventBody {
  return knownBody(record) ?? { type: 'Unknown', record_type: recordType(record), raw: record.text() };
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
  const names = [record.type, record.payload.type, isObject(record.payload.item) ? record.payload.item.type : undefined];
  return names.filter((name) => typeof name === 'string').join('/');
}
