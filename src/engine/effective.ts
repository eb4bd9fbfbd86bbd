import type { JsonObject } from '../format/decode-line.ts';
import { responseItemBody } from '../format/events/response-item.ts';
import { isSyntheticUserText } from '../format/events/synthetic-text.ts';
import { isObject } from '../format/record.ts';
import type { Event, Item } from '../model/event.ts';
import { plain, Verbatim } from '../model/verbatim.ts';
import { userItemText } from './turn-signal.ts';

/**
 * What is in effect of a thread: without what was rolled back, and with everything before the last compaction replaced by
 * what that compaction left. Its items follow the `Compacted` event and are marked `synthetic`; `SessionMeta` always stays.
 *
 * @param open reads the recorded thread from its beginning; it is read twice
 */
export async function* readEffective(open: () => AsyncIterable<Event>): AsyncGenerator<Event> {
  const compactions = await findLastCompactions(open());
  for await (const { event, session, at } of placed(open())) {
    if (event.rolled_back) continue;
    const compaction = compactions.get(session);
    if (!compaction || at >= compaction.at || event.type === 'SessionMeta') yield event;
    if (compaction && at === compaction.at) {
      for (const item of compaction.items) {
        const { line: _, ...head } = event;
        yield { ...withoutBody(head), type: 'ResponseItem', item, synthetic: true };
      }
    }
  }
}

interface Compaction {
  at: number;
  items: Item[];
}

/** The last compaction of each session. */
async function findLastCompactions(events: AsyncIterable<Event>): Promise<Map<number, Compaction>> {
  const last = new Map<number, Compaction>();
  let userItems: Item[] = [];
  let current = 0;
  for await (const { event, session, at } of placed(events)) {
    if (session !== current) userItems = [];
    current = session;
    if (event.rolled_back) continue;
    if (event.type === 'ResponseItem' && isTypedByUser(event.item)) userItems.push(event.item);
    if (event.type !== 'Compacted') continue;
    const items = replacementOf(plain(event.compacted), userItems);
    last.set(session, { at, items });
    userItems = items.filter(isTypedByUser);
  }
  return last;
}

/** Events with their position and the number of their session: our own stream, read back, may hold several. */
async function* placed(events: AsyncIterable<Event>): AsyncGenerator<{ event: Event; session: number; at: number }> {
  let threadId: string | null | undefined;
  let session = 0;
  let at = 0;
  for await (const event of events) {
    if (event.thread_id !== threadId) session++;
    threadId = event.thread_id;
    yield { event, session, at: at++ };
  }
}

/** Codex since 0.120 records the new history; before, it is what the user said so far, and the summary. */
function replacementOf(compacted: unknown, userItems: Item[]): Item[] {
  const { message, replacement_history: replacement } = compacted as {
    message?: unknown;
    replacement_history?: unknown;
  };
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
