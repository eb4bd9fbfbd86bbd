import type { ShortText } from '../short-text.ts';
import type { OpenTurn } from './open-turn.ts';
import type { TimeSpan } from './span-time.ts';

/** A tool call whose result has not come yet. */
export interface OpenCall {
  seq: number;
  callId: string | null;
  tool: ShortText;
  startedAt: bigint;
  /** Its turn; null before the first. */
  turn: OpenTurn | null;
  /** Of what it lies in. */
  around: TimeSpan;
  arguments: ShortText | null;
  approval: ShortText | null;
  isRolledBack: boolean;
}

/** The calls that wait for their results, with the turns that they keep: as many as fit into memory. */
export class OpenCalls {
  readonly #open = new Map<string, OpenCall>();
  /** How many calls keep each turn. */
  readonly #turns = new Map<OpenTurn, number>();
  /** Characters of calls, and of turns that are over: one that goes on is there in any case. */
  #size = 0;

  /** @returns those that are waited for no longer */
  add(callId: string, call: OpenCall): OpenCall[] {
    const before = this.take(callId);
    const dropped = before ? [before] : [];
    this.#open.set(callId, call);
    this.#size += sizeOf(call);
    if (call.turn) this.#turns.set(call.turn, (this.#turns.get(call.turn) ?? 0) + 1);
    return [...dropped, ...this.#dropOldest()];
  }

  /** A turn is over, and grows no more. @returns the calls that are waited for no longer */
  leave(turn: OpenTurn): OpenCall[] {
    if (!this.#turns.has(turn)) return [];
    this.#size += turn.characters;
    return this.#dropOldest();
  }

  get(callId: string): OpenCall | null {
    return this.#open.get(callId) ?? null;
  }

  take(callId: string): OpenCall | null {
    const call = this.get(callId);
    if (!call) return null;
    this.#size -= sizeOf(call);
    this.#open.delete(callId);
    if (call.turn) this.#release(call.turn);
    return call;
  }

  takeAll(): OpenCall[] {
    return [...this.#open.keys()].map((key) => this.take(key) as OpenCall);
  }

  #dropOldest(): OpenCall[] {
    const dropped: OpenCall[] = [];
    for (const key of this.#open.keys()) {
      if (this.#open.size <= MOST_OPEN && this.#size <= MOST_CHARACTERS) break;
      dropped.push(this.take(key) as OpenCall);
    }
    return dropped;
  }

  #release(turn: OpenTurn): void {
    const left = (this.#turns.get(turn) ?? 0) - 1;
    if (left > 0) {
      this.#turns.set(turn, left);
      return;
    }
    this.#turns.delete(turn);
    if (turn.isOver) this.#size -= turn.characters;
  }
}

function sizeOf(call: OpenCall): number {
  return call.tool.length + (call.arguments?.length ?? 0);
}

const MOST_OPEN = 10_000;
const MOST_CHARACTERS = 8_000_000;
