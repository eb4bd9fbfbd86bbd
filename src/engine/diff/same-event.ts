import { isObject } from '../../format/record.ts';
import type { Event } from '../../model/event.ts';
import { plain, stringify } from '../../model/verbatim.ts';

/**
 * Whether an event is part of the history that two sessions are compared by. What a session says of itself is not, nor what is
 * written whenever one is opened, nor counts of tokens; nor what no line stands behind, nor a line that cannot be decoded,
 * which Codex does not copy.
 *
 * @param itemsOnly only what a model was sent or answered: the bare dialect records nothing else
 */
export function isCompared(event: Event, itemsOnly: boolean): boolean {
  if (event.synthetic || event.type === 'SessionMeta' || event.type === 'TurnContext') return false;
  if (event.type === 'ResponseItem' || event.type === 'Compacted') return true;
  if (itemsOnly) return false;
  if (event.type === 'EventMsg') return !bookkeeping.has(event.msg.type);
  return event.type !== 'Unknown' || (event.raw !== undefined && event.record_type !== 'token_usage_record');
}

const bookkeeping = new Set(['TokenCount', 'ThreadSettingsApplied', 'ThreadNamed']);

/** Whether two events say the same. When they were recorded does not count: Codex stamps copies anew. */
export function sameEvent(a: Event, b: Event): boolean {
  if (a.type !== b.type) return false;
  const [left, right] = [stringify(said(a)), stringify(said(b))];
  // The same may be written in another way, with other white space.
  return left === right || rewritten(left) === rewritten(right);
}

function said(event: Event): unknown {
  switch (event.type) {
    case 'SessionMeta':
      return event.meta;
    case 'TurnContext':
      return event.context;
    case 'EventMsg':
      return event.msg;
    case 'ResponseItem':
      return event.item;
    case 'Compacted':
      return event.compacted;
    case 'Unknown': {
      const raw = plain(event.raw);
      return [event.record_type, isObject(raw) && 'payload' in raw ? raw.payload : event.raw];
    }
  }
}

function rewritten(json: string): string {
  return JSON.stringify(JSON.parse(json));
}
