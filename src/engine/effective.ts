import type { JsonObject } from '../format/decode-line.ts';
import { responseItemBody } from '../format/events/response-item.ts';
import { isSyntheticUserText } from '../format/events/synthetic-text.ts';
import { isObject } from '../format/record.ts';
import type { Event, Item } from '../model/event.ts';
import { Verbatim } from '../model/verbatim.ts';
import { userItemText } from './turn-signal.ts';

/**
 * What is in effect of a thread: without what was rolled back, and with everything before the last compaction replaced by
 * what that compaction left. Its items follow the `Compacted` event and are marked `synthetic`; `SessionMeta` always stays.
 *
 * @param open reads the recorded thread from its beginning; it is read twice
 */
export async function* readEffective(open: () => AsyncIterable<Event>): AsyncGenerator<Event> {
  const compaction = await findLastCompaction(open());
  for await (const event of open()) {
    if (event.rolled_back) continue;
    if (!compaction || event.seq > compaction.seq || event.type === 'SessionMeta') yield event;
    if (compaction && event.seq === compaction.seq) {
      yield event;
      for (const item of compaction.items) {
        const { line: _, ...head } = event;
        yield { ...withoutBody(head), type: 'ResponseItem', item, synthetic: true };
      }
    }
  }
}

interface Compaction {
  seq: number;
  items: Item[];
}

async function findLastCompaction(events: AsyncIterable<Event>): Promise<Compaction | null> {
  let last: Compaction | null = null;
  let userItems: Item[] = [];
  for await (const event of events) {
    if (event.rolled_back) continue;
    if (event.type === 'ResponseItem' && isTypedByUser(event.item)) userItems.push(event.item);
    if (event.type !== 'Compacted') continue;
    const items = replacementOf(event.compacted.value, userItems);
    last = { seq: event.seq, items };
    userItems = items.filter(isTypedByUser);
  }
  return last;
}

/** Codex since 0.120 records the new history; before, it is what the user said so far, and the summary. */
function replacementOf(compacted: unknown, userItems: Item[]): Item[] {
  const { message, replacement_history: replacement } = compacted as { message?: unknown; replacement_history?: unknown };
  if (Array.isArray(replacement)) return replacement.filter(isObject).map(toItem);
  const summary = { type: 'message', role: 'user', content: [{ type: 'input_text', text: String(message ?? '') }] };
  return [...userItems, summary];
}

/** An item of a replacement history is recorded as a payload is. */
function toItem(payload: JsonObject): Item {
  const text = () => new Verbatim(JSON.stringify(payload), payload);
  const body = responseItemBody({
    dialect: 'envelope',
    type: 'response_item',
    payload,
    timestamp: null,
    ordinal: null,
    payloadText: text,
    text,
  });
  return body?.type === 'ResponseItem' ? body.item : ({ ...payload, type: String(payload.type) } as Item);
}

function isTypedByUser(item: Item): boolean {
  return item.type === 'message' && item.role === 'user' && !isSyntheticUserText(userItemText(item));
}

function withoutBody<T extends object>(event: T): Omit<Event, 'type'> & T {
  const { compacted: _, ...head } = event as T & { compacted?: unknown };
  return head as Omit<Event, 'type'> & T;
}
