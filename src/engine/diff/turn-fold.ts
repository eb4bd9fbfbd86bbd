import { parseTime } from '../../base/time.ts';
import type { Event } from '../../model/event.ts';

/** One turn of a session after the parting. */
export interface DiffTurn {
  turn: number;
  at: string | null;
  /** The first words of what the user typed, and of the last answer. */
  prompt: string | null;
  answer: string | null;
  tool_calls: number;
  rolled_back: boolean;
  ended: Ended;
}

/** How a turn ended; `unfinished` when no end of it is recorded and no answer either. */
export type Ended = 'complete' | 'failed' | 'aborted' | 'unfinished';

/** Follows one turn, event by event. */
export class TurnFold {
  readonly turn: number;
  isRolledBack: boolean;
  #prompt: string | null = null;
  #answer: string | null = null;
  #calls = 0;
  #ended: Ended = 'unfinished';
  #at: string | null = null;
  #first: number | null = null;
  #last: number | null = null;
  #recordedMs: number | null = null;

  constructor(first: Event) {
    this.turn = first.turn;
    this.isRolledBack = first.rolled_back === true;
  }

  add(event: Event): void {
    this.#at ??= event.timestamp;
    const time = event.timestamp === null ? null : parseTime(event.timestamp);
    this.#first ??= time;
    this.#last = time ?? this.#last;
    if (event.type === 'ResponseItem') {
      if (event.item.type === 'tool_call') {
        this.#calls++;
        this.#ended = 'unfinished';
      }
      return;
    }
    if (event.type !== 'EventMsg') return;
    const { msg } = event;
    if (msg.type === 'UserMessage') this.#prompt ??= excerpt(msg.text);
    else if (msg.type === 'AgentMessage') {
      this.#answer = excerpt(msg.text);
      this.#ended = 'complete';
    } else if (msg.type === 'TurnStarted') this.#ended = 'unfinished';
    else if (msg.type === 'TurnAborted') this.#end('aborted', msg.duration_ms);
    else if (msg.type === 'TurnComplete') this.#end(msg.error ? 'failed' : 'complete', msg.duration_ms);
  }

  /** As recorded, else from its first record to its last; in milliseconds. */
  get durationMs(): number {
    if (this.#recordedMs !== null) return this.#recordedMs;
    return this.#first === null || this.#last === null ? 0 : Math.max(0, this.#last - this.#first);
  }

  get ended(): Ended {
    return this.#ended;
  }

  result(): DiffTurn {
    return {
      turn: this.turn,
      at: this.#at,
      prompt: this.#prompt,
      answer: this.#answer,
      tool_calls: this.#calls,
      rolled_back: this.isRolledBack,
      ended: this.#ended,
    };
  }

  #end(how: Ended, durationMs: unknown): void {
    this.#ended = how;
    if (typeof durationMs === 'number' && durationMs >= 0) this.#recordedMs = durationMs;
  }
}

/** The beginning of a text, in a copy of its own: a slice would keep the whole of it in memory. */
export function excerpt(text: unknown): string | null {
  if (typeof text !== 'string' || text === '') return null;
  const end = isHighSurrogate(text.charCodeAt(EXCERPT - 1)) ? EXCERPT - 1 : EXCERPT;
  return Buffer.from(text.slice(0, end), 'utf16le').toString('utf16le');
}

const EXCERPT = 300;

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
