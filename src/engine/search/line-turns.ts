import type { Line } from '../../format/line-framer.ts';
import { type TurnSignal, type TurnState, TurnTracker } from '../../model/turn-tracker.ts';
import { callSignal } from '../turn-signal.ts';

/** Gives each found line the turn that it belongs to, which may be known only some lines later. */
export class LineTurns<Hit extends { turn: number }> {
  readonly #tracker: TurnTracker;
  #open: Hit[] = [];

  /** @param from what an earlier reading of the file counted */
  constructor(from?: TurnState) {
    this.#tracker = from ? TurnTracker.from(from) : new TurnTracker();
  }

  /** Whether the turn of every line so far is known. */
  get settled(): boolean {
    return this.#tracker.settled;
  }

  /** The count, to go on from later. */
  state(): TurnState {
    return this.#tracker.state();
  }

  observe(signal: TurnSignal | null): void {
    if (signal === null || signal === 'other') return;
    const isEarlier = this.#tracker.observe(signal) === 'before';
    if (isEarlier || this.#tracker.settled) this.#settle();
  }

  /** A line whose signal was observed. */
  add(hit: Hit): void {
    this.#open.push(hit);
    if (this.#tracker.settled) this.#settle();
  }

  finish(): void {
    this.#tracker.finish();
    this.#settle();
  }

  #settle(): void {
    for (const hit of this.#open) hit.turn = this.#tracker.turn;
    this.#open = [];
  }
}

/** What a line of a kind means for the count of turns; null when it must be decoded to know. */
export function signalOfKind(kind: string, line: Line): TurnSignal | null {
  if (kind === 'response_item/message') return isOfUser(line) ? null : 'other';
  if (kind === 'response_item/function_call') return callSignal(line);
  return signals.get(kind) ?? 'other';
}

/** Whether a message is the user's, or of a role that stands in no usual place. */
function isOfUser({ bytes, start, end }: Line): boolean {
  const at = bytes.subarray(start, end).indexOf(role);
  return at < 0 || bytes[start + at + role.length] === USER;
}

const signals = new Map<string, TurnSignal>([
  ['compacted', 'compaction'],
  ['event_msg/task_started', 'start'],
  ['event_msg/turn_started', 'start'],
  ['event_msg/task_complete', 'end'],
  ['event_msg/turn_complete', 'end'],
  ['event_msg/turn_aborted', 'end'],
  ['event_msg/user_message', 'user-event'],
  ['event_msg/agent_message', 'answer'],
  ['event_msg/context_compacted', 'compaction'],
  ['event_msg/item_completed/UserMessage', 'user-event'],
  ['event_msg/item_completed/AgentMessage', 'answer'],
  ['event_msg/item_completed/ContextCompaction', 'compaction'],
  ['response_item/custom_tool_call', 'answer'],
  ['response_item/local_shell_call', 'answer'],
  ['response_item/tool_search_call', 'answer'],
]);
const role = Buffer.from('"role":"');
const USER = 0x75;
