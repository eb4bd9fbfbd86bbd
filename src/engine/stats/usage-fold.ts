import type { TokenUsage, ToolResult } from '../../model/event.ts';
import { type TurnSignal, TurnTracker } from '../../model/turn-tracker.ts';
import { addTokens, emptyTally, type Tally, type ToolTally, toolOf, touch } from './tally.ts';
import { TokenMeter } from './token-meter.ts';

/** What a session used on one day (UTC) with one model; null where it is not known. By anything else it does not differ. */
export interface UsageGroup {
  day: string | null;
  model: string | null;
  tally: Tally;
}

/**
 * Counts what a thread's records say, in their order; of memory, one tally for each day and model. What is inherited only sets
 * the scene. Rolled-back and reverted turns did use what they used, and are counted.
 */
export class UsageFold {
  readonly meter = new TokenMeter();
  readonly #groups: UsageGroup[] = [];
  readonly #byKey = new Map<string, UsageGroup>();
  /** The group that was counted in last: mostly the next one, too. */
  #current: UsageGroup | null = null;
  readonly #turns = new TurnTracker();
  /** Where the turn began of which it is still open whether it is one. */
  #start: Moment = { time: null, inherited: false };
  /** Turns whose model is not known yet: their context may follow the user's message. */
  #pendingTurns: (number | null)[] = [];
  readonly #openCalls = new Map<string, ToolTally>();
  #model: string | null = null;
  #first: number | null = null;
  #last: number | null = null;

  /** When the thread's own first record was written. */
  get first(): number | null {
    return this.#first;
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

  /** @returns at least one */
  finish(): UsageGroup[] {
    const before = this.#turns.turn;
    this.#turns.finish();
    if (this.#turns.turn > before && !this.#start.inherited) this.#pendingTurns.push(this.#start.time);
    this.#flushTurns();
    touch(this.#group(this.#last), this.#last);
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
    const day = dayOf(time ?? this.#last);
    const model = this.#model;
    if (this.#current?.day === day && this.#current.model === model) return this.#current.tally;
    const key = JSON.stringify([day, model]);
    let group = this.#byKey.get(key);
    if (!group) {
      group = { day, model, tally: emptyTally() };
      this.#byKey.set(key, group);
      this.#groups.push(group);
    }
    this.#current = group;
    return group.tally;
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
