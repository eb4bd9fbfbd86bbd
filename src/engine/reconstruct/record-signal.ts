import { bodyFault } from '../../format/event-schema.ts';
import { toEventBody } from '../../format/events/event-body.ts';
import { isObject, type Record } from '../../format/record.ts';
import type { EventBody } from '../../model/event.ts';
import type { TurnSignal } from '../../model/turn-tracker.ts';
import { turnSignal } from '../turn-signal.ts';

/**
 * What a record means for the count of turns: what the event means that `show` makes of it. To make one of every record takes
 * longer than to parse it.
 */
export function signalOfRecord(record: Record): TurnSignal {
  const { type, payload } = record;
  if (type === 'response_item') {
    if (payload.type !== 'message') return turnSignal(toEventBody(record));
    return payload.role === 'user' ? checked({ type: 'ResponseItem', item: { ...payload, type: 'message' } }) : 'other';
  }
  if (type !== 'event_msg') return type === 'compacted' ? turnSignal(toEventBody(record)) : 'other';
  if (silentEvents.has(payload.type) || (isObject(payload.item) && silentItems.has(payload.item.type))) return 'other';
  const name = boundaries.get(payload.type);
  return name ? checked({ type: 'EventMsg', msg: { ...payload, type: name } }) : turnSignal(toEventBody(record));
}

/** The same without the text that an event is printed as. */
function checked(body: EventBody): TurnSignal {
  return bodyFault(body) === null ? turnSignal(body) : 'other';
}

const boundaries = new Map<unknown, string>([
  ['task_started', 'TurnStarted'],
  ['turn_started', 'TurnStarted'],
  ['task_complete', 'TurnComplete'],
  ['turn_complete', 'TurnComplete'],
  ['turn_aborted', 'TurnAborted'],
]);

const silentItems = new Set<unknown>(['CommandExecution', 'FileChange', 'Reasoning']);
const silentEvents = new Set<unknown>(['token_count', 'exec_command_end', 'patch_apply_end', 'agent_reasoning']);
