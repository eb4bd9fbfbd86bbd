import { isSyntheticUserText } from '../format/events/synthetic-text.ts';
import type { Event, EventBody, EventHead } from '../model/event.ts';
import type { Dialect } from '../model/thread-row.ts';
import { type TurnState, TurnTracker } from '../model/turn-tracker.ts';
import { turnSignal, userItemText } from './turn-signal.ts';

/**
 * Puts bodies in file order into the published stream: gives each its position and its turn, and adds the events that no
 * line stands behind.
 *
 * Events are handed on as soon as their turn is known, which is at once except after a recorded start of a turn.
 */
export class Assembler {
  readonly #threadId: string | null;
  readonly #turns: TurnTracker;
  #stateAtEnd: TurnState | null = null;
  #seq = 0;
  #held: Event[] = [];
  #heldLines = 0;
  #heldBytes = 0;
  /** Calls that a decision was recorded of, until their results come. */
  readonly #decided = new Set<unknown>();

  /** @param state where the count of turns goes on from, when the events before are known already */
  constructor(threadId: string | null, state?: TurnState) {
    this.#threadId = threadId;
    this.#turns = state ? TurnTracker.from(state) : new TurnTracker();
  }

  /** The count as it was when the thread ended, for going on when it has grown. */
  get stateAtEnd(): TurnState | null {
    return this.#stateAtEnd;
  }

  /** Turns counted so far. */
  get turns(): number {
    return this.#turns.turn;
  }

  /** @returns the events whose turn is now known, in order */
  add(body: EventBody, origin: Origin): Event[] {
    const outcome = this.#turns.observe(turnSignal(body));
    const ready = outcome === 'before' ? this.#release() : [];
    this.#hold(body, origin);
    for (const synthetic of this.#isDecided(body) ? [] : syntheticBodies(body, origin.dialect)) {
      this.#hold(synthetic, { ...origin, line: undefined, synthetic: true });
    }
    this.#heldLines++;
    this.#heldBytes += origin.bytes ?? 0;
    const isFull = this.#heldLines >= MOST_HELD_LINES || this.#heldBytes >= MOST_HELD_BYTES;
    if (!this.#turns.settled && !isFull) return ready;
    if (!this.#turns.settled) this.#turns.finish();
    return ready.length > 0 ? [...ready, ...this.#release()] : this.#release();
  }

  /** @returns what was held back when the thread ended */
  finish(): Event[] {
    this.#stateAtEnd = this.#turns.state();
    this.#turns.finish();
    return this.#release();
  }

  /** Whether the body is a result of which nothing has to be inferred. */
  #isDecided(body: EventBody): boolean {
    if (body.type !== 'ResponseItem') return false;
    const { type, call_id: callId } = body.item;
    if (type === 'approval') this.#decided.add(callId);
    return type === 'tool_result' && this.#decided.delete(callId);
  }

  #hold(body: EventBody, origin: Origin): void {
    const head: EventHead = {
      thread_id: this.#threadId,
      seq: this.#seq++,
      timestamp: origin.timestamp,
      turn: 0,
    };
    if (origin.line !== undefined) head.line = origin.line;
    if (origin.inheritedFrom) head.inherited_from = origin.inheritedFrom;
    if (origin.baseRollout) head.base_rollout = origin.baseRollout;
    if (origin.rolledBack) head.rolled_back = true;
    if (origin.synthetic) head.synthetic = true;
    this.#held.push(Object.assign(head, body));
  }

  #release(): Event[] {
    const events = this.#held;
    const { turn } = this.#turns;
    for (const event of events) event.turn = turn;
    this.#held = [];
    this.#heldLines = 0;
    this.#heldBytes = 0;
    return events;
  }
}

/** Where a body comes from. */
export interface Origin {
  dialect: Dialect | null;
  timestamp: string | null;
  line: number | undefined;
  /** Length of the line. */
  bytes?: number | undefined;
  inheritedFrom?: string | undefined;
  baseRollout?: string | undefined;
  rolledBack?: boolean | undefined;
  synthetic?: boolean | undefined;
}

/** A start is followed by its telling event within a few lines; a file in which it is not is not held in memory. */
const MOST_HELD_LINES = 256;
const MOST_HELD_BYTES = 4 * 1024 * 1024;

/**
 * Events that the dialect has no line for. The bare one records no user and agent messages but as items; Codex never records
 * approvals, but a rejection shows in the tool's result; where one is recorded, it is not inferred once more.
 */
function syntheticBodies(body: EventBody, dialect: Dialect | null): EventBody[] {
  if (body.type !== 'ResponseItem') return [];
  const { item } = body;
  if (item.type === 'tool_result' && item.status === 'declined') {
    return [
      { type: 'ResponseItem', item: { type: 'approval', call_id: item.call_id, decision: 'denied', inferred: true } },
    ];
  }
  if (dialect !== 'bare' || item.type !== 'message') return [];
  const text = userItemText(item);
  if (item.role === 'assistant') return [{ type: 'EventMsg', msg: { type: 'AgentMessage', text } }];
  if (item.role !== 'user' || isSyntheticUserText(text)) return [];
  return [{ type: 'EventMsg', msg: { type: 'UserMessage', text } }];
}
