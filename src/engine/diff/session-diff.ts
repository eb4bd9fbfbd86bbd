import type { Outcome, Tokens } from '../stats/tally.ts';
import type { ToolCount } from './after-fold.ts';
import type { TouchedFile } from './touched-files.ts';
import type { DiffTurn, Ended } from './turn-fold.ts';

/** Where two sessions part, and what each did after. Schema: `schemas/diff.schema.json`. */
export interface SessionDiff {
  schema: 'sessions.diff/1';
  verdict: 'same' | 'a_goes_on' | 'b_goes_on' | 'parted' | 'unrelated';
  common: CommonHistory;
  a: DiffSide;
  b: DiffSide;
}

export interface CommonHistory {
  /** Whole turns. */
  turns: number;
  /** They part before the end of the turn that follows those. */
  parted_in_turn: boolean;
  /** The session that both come from, or that is one of them; null where neither says so. */
  thread_id: string | null;
  /** The session that recorded the last turn in common. */
  recorded_by: string | null;
  /** The last turn that both have, or have begun together; null when there is none. */
  last_turn: { a: number; b: number; at: string | null; prompt: string | null } | null;
}

export interface DiffSide {
  thread_id: string | null;
  name: string | null;
  path: string | null;
  forked_from_id: string | null;
  /** All that follows is of what came after the parting. */
  turns: number;
  rolled_back_turns: number;
  /** Of the turns in common, those that this session has rolled back or reverted. */
  common_rolled_back_turns: number;
  /** Turns before the parting that only this session has, and has rolled back or reverted. */
  dropped_turns: number;
  tool_calls: number;
  outcomes: Record<Outcome, number>;
  tools: ToolCount[];
  files: TouchedFile[];
  tokens: Tokens;
  first_at: string | null;
  last_at: string | null;
  /** Of its turns together. */
  duration_ms: number;
  ended: Ended | null;
  last_message: string | null;
  turn_list: DiffTurn[] | null;
}
