import { Failure } from '../base/failure.ts';
import { toEventBody } from '../format/events/event-body.ts';
import { isSyntheticUserText } from '../format/events/synthetic-text.ts';
import type { Record } from '../format/record.ts';
import type { EventBody } from '../model/event.ts';
import type { Said } from '../model/live-session.ts';
import { openRollout, type RolloutFile } from '../store/rollout-file.ts';
import { readSeekableTail } from '../store/seek-table-tail.ts';
import type { Rollouts } from './catalog.ts';
import { openThread } from './open-thread.ts';
import { type Content, readLineBlocks } from './read-records.ts';
import { readRecordedBatches } from './recorded.ts';
import { userItemText } from './turn-signal.ts';

/**
 * What was said last in a thread, by its user and by the agent, the newest at the end. Only the end of its current file is read
 * where that can be; what was rolled back is left out as far as it can be seen there.
 */
export async function lastSaid(rollouts: Rollouts, threadId: string, signal: AbortSignal): Promise<Said[]> {
  const current = rollouts.thread(threadId).at(-1);
  if (!current) throw new Failure('usage', `no session has the id '${threadId}'`);
  const rollout = await openRollout(current.path);
  try {
    const said = await saidIn(await endOf(rollout), signal);
    if (said.length >= ENOUGH || signal.aborted) return said;
  } finally {
    await rollout.close();
  }
  return saidInAll(rollouts, threadId, signal);
}

async function endOf(rollout: RolloutFile): Promise<Content> {
  const { path, content } = rollout;
  const rest = { damage: null, close: async () => {} };
  if (content === 'plain') {
    const offset = Math.max(0, rollout.identity.size - TAIL_BYTES);
    return { path, blocks: () => rollout.blocks(offset), begins: { offset, lines: offset > 0 ? 1 : 0 }, ...rest };
  }
  const tail = await readSeekableTail(rollout, TAIL_BYTES);
  if (!tail) return rollout;
  const { bytes, offset } = tail;
  return {
    path,
    async *blocks() {
      yield bytes;
    },
    begins: { offset, lines: offset > 0 ? 1 : 0 },
    ...rest,
  };
}

async function saidIn(content: Content, signal: AbortSignal): Promise<Said[]> {
  const said = new Memory();
  for await (const lines of readLineBlocks(content)) {
    if (signal.aborted) break;
    for (const { record } of lines) {
      if (record && telling.has(kindOf(record))) said.add(toEventBody(record), record.dialect === 'bare');
    }
  }
  return said.last();
}

/** Of a fork, most of it may stand elsewhere. */
async function saidInAll(rollouts: Rollouts, threadId: string, signal: AbortSignal): Promise<Said[]> {
  const said = new Memory();
  const source = await openThread(rollouts, threadId, () => {});
  for await (const events of readRecordedBatches(source, () => {})) {
    if (signal.aborted) break;
    for (const event of events) if (!event.rolled_back) said.add(event, false);
  }
  return said.last();
}

/** Other records are not decoded further: most of a file is of other kinds. */
function kindOf({ dialect, type, payload }: Record): unknown {
  return dialect === 'bare' || type === 'event_msg' ? payload.type : null;
}

const telling = new Set<unknown>(['user_message', 'agent_message', 'thread_rolled_back', 'item_completed', 'message']);

/** The last things that were said. */
class Memory {
  #said: Said[] = [];

  /** @param isBare whether the items themselves are all that was recorded of it */
  add(body: EventBody, isBare: boolean): void {
    if (body.type === 'EventMsg') {
      const { msg } = body;
      if (msg.type === 'UserMessage') this.#put('user', msg.text);
      else if (msg.type === 'AgentMessage') this.#put('agent', msg.text);
      else if (msg.type === 'ThreadRolledBack') this.#drop(Number(msg.num_turns ?? 0));
    } else if (isBare && body.type === 'ResponseItem' && body.item.type === 'message') {
      const text = userItemText(body.item);
      if (body.item.role === 'assistant') this.#put('agent', text);
      else if (body.item.role === 'user' && !isSyntheticUserText(text)) this.#put('user', text);
    }
  }

  last(): Said[] {
    return this.#said;
  }

  #put(by: Said['by'], text: unknown): void {
    if (typeof text !== 'string' || text.trim() === '') return;
    this.#said.push({ by, text: text.slice(0, LONGEST) });
    if (this.#said.length > MOST) this.#said.shift();
  }

  #drop(turns: number): void {
    for (let left = turns; left > 0 && this.#said.length > 0; ) if (this.#said.pop()?.by === 'user') left--;
  }
}

const TAIL_BYTES = 512 * 1024;
const ENOUGH = 2;
const MOST = 12;
/** Of one text, in UTF-16 units. */
const LONGEST = 4000;
