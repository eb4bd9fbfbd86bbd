import type { TurnState } from '../model/turn-tracker.ts';
import type { SummaryState } from './summary.ts';

/** Where a reading ended, and all that going on depends on. It can be written as JSON. */
export interface ReadState {
  path: string;
  dev: string;
  ino: string;
  /** Checksums of places before the offset: a file that was written anew in place has others. */
  sums: number[];
  /** End of the last whole line. */
  offset: number;
  lines: number;
  turns: TurnState;
  summary: SummaryState;
  /** Rules that were broken before the end of the reading. */
  damage: string[];
}

/** Reading less than this anew takes no longer than looking up where to go on. */
export const WORTH_BYTES = 64 * 1024;
