import type { Encoding, Match } from './rules/rule.ts';

/** A text as it would be without what breaks secrets apart, and where each of its characters stands. */
export interface View {
  text: string;
  encoding: Encoding;
  /** Where a character stands in the text itself, and how many characters it takes there. */
  at(index: number): number;
  width(index: number): number;
  /**
   * What of a match says more than the text itself does; null where nothing does.
   *
   * @param isBegun whether a secret was found in the text that begins at the same place
   */
  newer(match: Match, isBegun: boolean): Match | null;
}
