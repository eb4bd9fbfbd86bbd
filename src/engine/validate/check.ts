import type { DecodedObject } from '../../format/decode-line.ts';
import type { RolloutName } from '../../format/file-name.ts';
import type { Line } from '../../format/line-framer.ts';
import type { Record } from '../../format/record.ts';
import type { Severity } from '../../model/finding.ts';
import type { Head } from '../read-head.ts';
import type { DecodedLine } from '../read-records.ts';
import type { RuleName } from './rule-table.ts';

/**
 * What one rule, or a few that need the same state, looks at while a file is read. It is told of every line in file order, says
 * what it finds through `Report`, and keeps no more of the file than a bounded amount of state.
 */
export interface Check {
  /** Every line, whether it is a record or not. Called before `record`. */
  line?(line: DecodedLine): void;
  /** A line that is a record. */
  record?(record: Record, line: Line, decoded: DecodedObject): void;
  /** Nothing more comes. */
  end?(): void;
}

/** Makes the check for one file. */
export type CheckFactory = (file: FileFacts, report: Report) => Check;

/** What is known of a file before its lines are read. */
export interface FileFacts {
  threadId: string | null;
  /** What its name says; null when the name is not a rollout's, and for standard input. */
  name: RolloutName | null;
  head: Head;
  /** Milliseconds since the epoch. */
  now: number;
  /** Whether what can be read is not all there is: the compressed form is damaged. Known at the end. */
  isCut(): boolean;
  /** Whether somebody is writing to the file: a lock is held, or it has grown since it was opened. */
  isBeingWritten(): boolean;
}

/** Takes a finding of a file. */
export type Report = (rule: RuleName, place: FindingPlace, message: string, details?: FindingDetails) => void;

export interface FindingPlace {
  /** 1-based; null for the whole file. */
  line: number | null;
  /** In the decompressed content. */
  offset: number | null;
}

export interface FindingDetails {
  /** Where it is not the rule's own. */
  severity?: Severity;
  /** JSON pointer to the value in question. */
  pointer?: string;
}

export const wholeFile: FindingPlace = { line: null, offset: null };

/** The place of a line as a whole. */
export function placeOf(line: Line): FindingPlace {
  return { line: line.number, offset: line.offset };
}
