import type { EventBody } from '../model/event.ts';
import { compacted, context, event, item, type KindNode, meta, msg } from './event-validator.generated.js';
import { judge, type Verdict } from './judge.ts';

/** Whether a value, as `JSON.parse` gives it, is an event as published. */
export function validateEvent(value: unknown): Verdict {
  return judge(event, value);
}

/**
 * What is wrong with the body of an event, which is made of recorded values of any kind; null when the schema allows it.
 *
 * @returns such as `meta/cwd must be a string, not a number`
 */
export function bodyFault(body: EventBody): string | null {
  switch (body.type) {
    case 'SessionMeta':
      return faultIn('meta', meta, body.meta.value);
    case 'TurnContext':
      return faultIn('context', context, body.context.value);
    case 'Compacted':
      return faultIn('compacted', compacted, body.compacted.value);
    case 'EventMsg':
      return faultIn('msg', msg, body.msg);
    case 'ResponseItem':
      return faultIn('item', item, body.item);
    default:
      return null;
  }
}

function faultIn(name: string, kind: KindNode, value: unknown): string | null {
  const verdict = judge(kind, value);
  const fault = verdict.ok ? undefined : verdict.errors[0];
  return fault ? `${name}${fault.pointer} ${fault.message}` : null;
}
