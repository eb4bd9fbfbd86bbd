import type { Event } from './event.ts';

/**
 * Finds what `thread_rolled_back` took out of a thread's history: each drops the last N user turns before it that were still
 * there, and all that was recorded since the first of them. The marker itself stays.
 */
export class RollbackTracker {
  /** Ascending and apart. */
  readonly ranges: SeqRange[] = [];
  /** Where each user turn still in effect begins. */
  #starts: number[] = [];
  #turn = 0;
  #turnStart = 0;
  #isUserTurn = false;

  observe(event: Event): void {
    if (event.rolled_back) return;
    if (event.turn !== this.#turn) {
      this.#turn = event.turn;
      this.#turnStart = event.seq;
      this.#isUserTurn = false;
    }
    if (event.type !== 'EventMsg') return;
    if (event.msg.type === 'UserMessage' && event.turn > 0 && !this.#isUserTurn) {
      this.#isUserTurn = true;
      this.#starts.push(this.#turnStart);
    } else if (event.msg.type === 'ThreadRolledBack') {
      this.#rollBack(Number(event.msg.num_turns), event.seq);
    }
  }

  #rollBack(count: number, seq: number): void {
    if (!(count > 0) || this.#starts.length === 0) return;
    const kept = Math.max(0, this.#starts.length - count);
    const from = this.#starts[kept] as number;
    // What a rollback drops may hold earlier rollbacks whole, and never a part of one.
    while (this.ranges.length > 0 && (this.ranges.at(-1) as SeqRange).from >= from) this.ranges.pop();
    this.ranges.push({ from, to: seq });
    this.#starts.length = kept;
  }
}

/** Events by their `seq`. */
export interface SeqRange {
  from: number;
  /** Not included. */
  to: number;
}

/** Whether an event lies in one of the ranges; to be asked with growing `seq`. */
export function rollbackLookup(ranges: readonly SeqRange[]): (seq: number) => boolean {
  let next = 0;
  return (seq) => {
    while (next < ranges.length && seq >= (ranges[next] as SeqRange).to) next++;
    return next < ranges.length && seq >= (ranges[next] as SeqRange).from;
  };
}
