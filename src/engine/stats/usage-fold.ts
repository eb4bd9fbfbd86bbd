import type { TokenUsage, ToolResult } from '../../model/event.ts';
import { type TurnSignal, TurnTracker } from '../../model/turn-tracker.ts';
import { addTokens, emptyTally, type Tally, type ToolTally, toolOf, touch } from './tally.ts';
import { TokenMeter } from './token-meter.ts';

/** What can differ within a session; by anything else a session is counted as a whole. */
export type InnerKey = 'day' | 'model' | null;

/**
 * Counts what a thread's records say, in their order; of memory, one tally for each day or model. What is inherited only sets
 * the scene. Rolled-back and reverted turns did use what they used, and are counted.
 */
export class UsageFold {
  readonly meter = new TokenMeter();
  readonly #inner: InnerKey;
  readonly #groups = new Map<string | null, Tally>();
  readonly #turns = new TurnTracker();
  /** Where the turn began of which it is still open whether it is one. */
  #start: Moment = { time: null, inherited: false };
  /** Turns whose model is not known yet: their context may follow the user's message. */
  #pendingTurns: (number | null)[] = [];
  readonly #openCalls = new Map<string, ToolTally>();
  #model: string | null = null;
  #first: number | null = null;
  #last: number | null = null;

  constructor(inner: InnerKey) {
    this.#inner = inner;
  }

  get model(): string | null {
    return this.#model;
  }

  /** A record of the thread's own was written at this time. */
  see(time: number | null): void {
    if (time === null) return;
    this.#first ??= time;
    this.#last = time;
  }

  /** What the record means for the count of turns. */
  signal(signal: TurnSignal, moment: Moment): void {
    const before = this.#turns.turn;
    const begun = this.#turns.settled ? moment : this.#start;
    this.#turns.observe(signal);
    if (this.#turns.turn > before && !begun.inherited) this.#pendingTurns.push(begun.time);
    if (signal === 'start') this.#start = moment;
  }

  setModel(model: string): void {
    this.#model = model;
  }

  /** Running totals were recorded. */
  tokens(total: TokenUsage, last: TokenUsage | null, { time, inherited }: Moment): void {
    const used = this.meter.read(total, last);
    if (!inherited && used.total_tokens > 0) addTokens(this.#at(time).tokens, used);
  }

  /** A turn of the thread's own ended. */
  endTurn(durationMs: number | null, time: number | null): void {
    const tally = this.#at(time);
    if (durationMs === null) return;
    tally.turnMs += durationMs;
    tally.timedTurns++;
  }

  call(callId: string | null, name: string, time: number | null): void {
    const tool = toolOf(this.#at(time), name);
    tool.unfinished++;
    touch(tool, time);
    // More calls at once than a model can make are not waited for.
    if (callId !== null && this.#openCalls.size < MOST_OPEN) this.#openCalls.set(callId, tool);
  }

  result(callId: string, status: ToolResult['status'], durationMs: number | null, time: number | null): void {
    const tool = this.#openCalls.get(callId);
    if (!tool) return;
    this.#openCalls.delete(callId);
    tool.unfinished--;
    tool[status]++;
    touch(tool, time);
    if (durationMs === null) return;
    tool.durationMs += durationMs;
    tool.timed++;
  }

  /** @returns the tally of each day or model, or the only one under null; at least one */
  finish(): Map<string | null, Tally> {
    const before = this.#turns.turn;
    this.#turns.finish();
    if (this.#turns.turn > before && !this.#start.inherited) this.#pendingTurns.push(this.#start.time);
    this.#flushTurns();
    const final = this.#group(this.#last);
    touch(final, this.#last);
    if (this.#inner === null) touch(final, this.#first);
    for (const tally of this.#groups.values()) {
      tally.sessions = 1;
      for (const tool of tally.tools.values()) tool.sessions = 1;
    }
    return this.#groups;
  }

  #at(time: number | null): Tally {
    this.#flushTurns();
    const tally = this.#group(time);
    touch(tally, time);
    return tally;
  }

  #flushTurns(): void {
    if (this.#pendingTurns.length === 0) return;
    for (const time of this.#pendingTurns) {
      const tally = this.#group(time);
      tally.turns++;
      touch(tally, time);
    }
    this.#pendingTurns = [];
  }

  #group(time: number | null): Tally {
    const key = this.#inner === 'model' ? this.#model : this.#inner === 'day' ? dayOf(time ?? this.#last) : null;
    let tally = this.#groups.get(key);
    if (!tally) {
      tally = emptyTally();
      this.#groups.set(key, tally);
    }
    return tally;
  }
}

/** When something was recorded, in milliseconds since the epoch, and whether by the thread itself. */
export interface Moment {
  time: number | null;
  inherited: boolean;
}

const MOST_OPEN = 10_000;
let lastDay: { from: number; name: string } | null = null;

/** UTC. Records follow each other closely, so that most fall on the day of the one before. */
function dayOf(time: number | null): string | null {
  if (time === null) return null;
  if (!lastDay || time < lastDay.from || time >= lastDay.from + DAY_MS) {
    lastDay = { from: Math.floor(time / DAY_MS) * DAY_MS, name: new Date(time).toISOString().slice(0, 10) };
  }
  return lastDay.name;
}

const DAY_MS = 86_400_000;
