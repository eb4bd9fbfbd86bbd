import type { ModelItem } from '../../model/history.ts';
import { BrokenAnswer } from './failed.ts';
import type { IdMaker } from './made-ids.ts';

/** A piece of a call, as it streams in. */
export interface CallDelta {
  index?: unknown;
  id?: unknown;
  function?: { name?: unknown; arguments?: unknown } | null;
}

/** Joins the pieces of calls: by their index, or where a server gives none, a new id begins a new call. */
export class ChatCalls {
  readonly #calls = new Map<number, Call>();
  readonly #taken: ReadonlySet<unknown>;
  readonly #idOf: IdMaker;

  /**
   * @param taken ids of earlier calls: some servers begin at `call_0` in each answer
   */
  constructor(taken: ReadonlySet<unknown>, idOf: IdMaker) {
    this.#taken = taken;
    this.#idOf = idOf;
  }

  /** Takes a piece and gives the text in it, so that it can be counted. */
  add(delta: CallDelta | null): string {
    if (delta === null || typeof delta !== 'object') throw new BrokenAnswer('stream', 'the server sent a broken call');
    const { name, arguments: given } = delta.function ?? {};
    const call = this.#callFor(delta);
    if (typeof delta.id === 'string' && call.id === '') call.id = delta.id;
    if (typeof name === 'string' && call.name === '') call.name = name;
    const text = typeof given === 'string' ? given : given ? JSON.stringify(given) : '';
    call.text += text;
    return text;
  }

  *items(): Generator<ModelItem> {
    const used = new Set(this.#taken);
    const inOrder = [...this.#calls].sort(([a], [b]) => a - b);
    for (const [place, [, { id, name, text }]] of inOrder.entries()) {
      if (name === '') throw new BrokenAnswer('stream', 'the server sent a call without a name');
      const callId = id !== '' && !used.has(id) ? id : this.#idOf('call', place);
      used.add(callId);
      yield { type: 'function_call', id: this.#idOf('fc', place), name, arguments: text || '{}', call_id: callId };
    }
  }

  #callFor({ index, id }: CallDelta): Call {
    const place = typeof index === 'number' ? index : this.#placeFor(id);
    if (!Number.isInteger(place) || place < 0 || place >= mostCalls) {
      throw new BrokenAnswer('limit', `an answer of more than ${mostCalls} calls`);
    }
    const call = this.#calls.get(place) ?? { id: '', name: '', text: '' };
    this.#calls.set(place, call);
    return call;
  }

  #placeFor(id: unknown): number {
    const last = Math.max(-1, ...this.#calls.keys());
    const isNew = typeof id === 'string' && id !== '' && this.#calls.get(last)?.id !== id;
    return Math.max(0, isNew ? last + 1 : last);
  }
}

interface Call {
  /** Empty until it came; so is the name. */
  id: string;
  name: string;
  text: string;
}

/** No model asks for more in one answer. */
const mostCalls = 1024;
