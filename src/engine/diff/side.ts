import type { Event, TokenUsage } from '../../model/event.ts';
import { plain } from '../../model/verbatim.ts';
import type { Report } from '../problem.ts';
import type { ThreadSource } from '../read-thread.ts';
import { readRecordedBatches } from '../recorded.ts';
import type { Tokens } from '../stats/tally.ts';
import { TokenMeter } from '../stats/token-meter.ts';
import { AfterFold } from './after-fold.ts';
import { EventCursor } from './event-cursor.ts';
import { isCompared } from './same-event.ts';
import { excerpt } from './turn-fold.ts';

/** One of two sessions, read in step with the other one. */
export class Side {
  readonly source: ThreadSource;
  /** What it has after the point up to where both are the same; made anew as long as that point moves on. */
  after: AfterFold | null = null;
  /** Turns in common, and of those how many are no longer in effect here. */
  commonTurns = 0;
  commonRolledBack = 0;
  /** Turns of its own before the parting, which were dropped. */
  droppedTurns = 0;
  /** Number of the last turn in common. */
  lastTurn = 0;
  lastPrompt: string | null = null;
  lastAt: string | null = null;
  /** The thread that recorded the last event in common. */
  recordedBy: string | null = null;
  #isTurnOver = true;
  readonly #cursor: EventCursor;
  readonly #options: SideOptions;
  readonly #meter = new TokenMeter();
  #rollout: string | undefined;
  #hasBegun = false;
  #folder: string | null = null;

  constructor(source: ThreadSource, report: Report, options: SideOptions) {
    this.source = source;
    this.#cursor = new EventCursor(readRecordedBatches(source, report));
    this.#options = options;
  }

  /** The next event that is compared; what stands before it is taken in. Undefined at the end. */
  async next(): Promise<Event | undefined> {
    for (;;) {
      const event = this.#cursor.current;
      if (event === undefined) {
        if (!(await this.#cursor.fetch())) return undefined;
      } else if (isCompared(event, this.#options.itemsOnly)) return event;
      else {
        this.#take(event);
        this.#cursor.advance();
      }
    }
  }

  /** The event that is next is the other side's too. */
  share(event: Event): void {
    if (this.after) this.#forget(this.after);
    const { turn } = event;
    if (turn > 0 && turn !== this.lastTurn) {
      this.lastTurn = turn;
      this.commonTurns++;
      if (event.rolled_back) this.commonRolledBack++;
      this.lastPrompt = null;
      this.lastAt = event.timestamp;
      this.#isTurnOver = false;
    }
    if (event.type === 'EventMsg') {
      if (event.msg.type === 'UserMessage') this.lastPrompt ??= excerpt(event.msg.text);
      if (event.msg.type === 'TurnComplete' || event.msg.type === 'TurnAborted') this.#isTurnOver = true;
    }
    this.recordedBy = event.inherited_from ?? event.thread_id;
    this.#take(event);
    this.#cursor.advance();
  }

  /** The event that is next belongs to this side alone, as far as it can be told yet. */
  keep(event: Event): void {
    this.after ??= new AfterFold(this.lastTurn, !this.#isTurnOver, this.#options.keepsTurns);
    this.after.events++;
    this.#take(event);
    this.#cursor.advance();
  }

  /** Takes in all that is left. */
  async keepRest(): Promise<void> {
    for (let event = await this.next(); event; event = await this.next()) {
      this.keep(event);
      if (this.after && this.after.events % EVENTS_BETWEEN_CHECKS === 0) this.#options.signal.throwIfAborted();
    }
    this.after?.finish();
  }

  close(): Promise<void> {
    return this.#cursor.close();
  }

  /** What was dropped is passed over: behind it, both go on in the same way. */
  #forget(after: AfterFold): void {
    after.finish();
    this.droppedTurns += after.turns;
    this.after = null;
  }

  #take(event: Event): void {
    const used = this.#meterTokens(event);
    this.#folder = folderOf(event) ?? this.#folder;
    this.after?.add(event, this.#folder, used);
    // In the bare dialect no line stands behind what a user said.
    if (!this.after && event.synthetic && event.turn === this.lastTurn && event.type === 'EventMsg')
      if (event.msg.type === 'UserMessage') this.lastPrompt ??= excerpt(event.msg.text);
  }

  #meterTokens(event: Event): Tokens | null {
    if (this.#hasBegun && event.base_rollout !== this.#rollout && !event.synthetic) this.#meter.beginFile();
    this.#hasBegun = true;
    this.#rollout = event.base_rollout;
    if (event.rolled_back) this.#meter.markCut();
    if (event.type !== 'EventMsg' || event.msg.type !== 'TokenCount' || !event.msg.total) return null;
    return this.#meter.read(event.msg.total as TokenUsage, (event.msg.last ?? null) as TokenUsage | null);
  }
}

export interface SideOptions {
  itemsOnly: boolean;
  keepsTurns: boolean;
  signal: AbortSignal;
}

function folderOf(event: Event): string | null {
  if (event.type !== 'SessionMeta' && event.type !== 'TurnContext') return null;
  const { cwd } = plain(event.type === 'SessionMeta' ? event.meta : event.context) as { cwd?: unknown };
  return typeof cwd === 'string' && cwd !== '' ? cwd : null;
}

const EVENTS_BETWEEN_CHECKS = 4096;
