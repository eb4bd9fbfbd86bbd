import { isObject, type Record } from '../../format/record.ts';
import { newId } from '../../model/new-id.ts';
import { TurnTracker } from '../../model/turn-tracker.ts';
import type { RolloutFile } from '../../store/rollout-file.ts';
import { readLineBlocks } from '../read-records.ts';
import { signalOfRecord } from '../reconstruct/record-signal.ts';
import { userItemText } from '../turn-signal.ts';

/**
 * The records of a session of Codex up to 0.29 as lines of the envelope form: each item in an envelope, and the events beside it
 * by which later versions of Codex list the session and know its turns. The session_meta and the markers of state are left out.
 *
 * @param end first byte that does not belong
 * @param times.recorded the time that the lines get, as the items have none; RFC 3339
 * @param times.now for the ids of turns
 */
export async function* bareToEnvelope(
  rollout: RolloutFile,
  end: number,
  times: { recorded: string; now: number },
): AsyncGenerator<Buffer> {
  const turns = new Turns(times.now);
  const prefix = `{"timestamp":${JSON.stringify(times.recorded)},`;
  const lineOf = (type: string, payload: string) => `${prefix}"type":"${type}","payload":${payload}}\n`;
  for await (const lines of readLineBlocks(rollout)) {
    let text = '';
    let isOver = false;
    for (const { line, record } of lines) {
      isOver = line.offset >= end;
      if (isOver) break;
      if (record?.type !== 'response_item') continue;
      const [before, after] = turns.eventsAround(record);
      for (const event of before) text += lineOf('event_msg', JSON.stringify(event));
      text += lineOf('response_item', record.payloadText().text);
      for (const event of after) text += lineOf('event_msg', JSON.stringify(event));
      if (text.length < BATCH_CHARS) continue;
      yield Buffer.from(text);
      text = '';
    }
    yield Buffer.from(text);
    if (isOver) break;
  }
  const ending = turns.end();
  if (ending) yield Buffer.from(lineOf('event_msg', JSON.stringify(ending)));
}

const BATCH_CHARS = 1024 * 1024;

class Turns {
  readonly #now: number;
  readonly #tracker = new TurnTracker();
  #open: { id: string; answer: string | null; isAnswered: boolean } | null = null;

  constructor(now: number) {
    this.#now = now;
  }

  eventsAround(record: Record): [before: object[], after: object[]] {
    const before: object[] = [];
    const { payload } = record;
    const turn = this.#tracker.turn;
    this.#tracker.observe(signalOfRecord(record));
    const isBeginning = this.#tracker.turn > turn;
    if (isBeginning) {
      // One that was never answered has ended, too: another one began.
      if (this.#open) before.push(completeEvent(this.#open));
      this.#open = { id: newId(this.#now), answer: null, isAnswered: false };
      before.push({ type: 'task_started', turn_id: this.#open.id, model_context_window: null });
    }
    const text = payload.type === 'message' ? userItemText(payload) : null;
    if (isBeginning) return [before, [userEvent(text ?? '', payload.content)]];
    // Any other message of the user's is context.
    if (payload.role === 'user') return [before, []];
    if (this.#open) this.#open.isAnswered = payload.type === 'message' && payload.role === 'assistant';
    if (text === null || payload.role !== 'assistant') return [before, []];
    if (this.#open) this.#open.answer = text;
    return [[...before, { type: 'agent_message', message: text, phase: null, memory_citation: null }], []];
  }

  /** How the last turn ended; null where there is none. */
  end(): object | null {
    if (!this.#open) return null;
    const { id, isAnswered } = this.#open;
    return isAnswered ? completeEvent(this.#open) : { type: 'turn_aborted', turn_id: id, reason: 'interrupted' };
  }
}

function completeEvent({ id, answer }: { id: string; answer: string | null }): object {
  return { type: 'task_complete', turn_id: id, last_agent_message: answer };
}

function userEvent(message: string, content: unknown): object {
  const parts = Array.isArray(content) ? content.filter(isObject) : [];
  const images = parts.flatMap(({ image_url: url }) => (typeof url === 'string' ? [url] : []));
  return { type: 'user_message', message, images, local_images: [], text_elements: [] };
}
