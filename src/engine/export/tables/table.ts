import type { Event } from '../../../model/event.ts';
import type { SessionHead, SessionResult, Table } from '../encoder.ts';
import type { ShortText } from '../short-text.ts';
import { callRows } from './calls.ts';
import { sessionRows } from './sessions.ts';
import { turnRows } from './turns.ts';
import { usageRows } from './usage.ts';

/** Makes the rows of one session while its events go by. */
export interface TableFold {
  /** Null for an event that the table says nothing of; otherwise the rows that are complete with it. */
  event(event: Event): Row[] | null;
  /** The rows that are left. */
  end(result: SessionResult): Row[];
}

/** One value for each column. */
export type Row = readonly Cell[];
export type Cell = ShortText | number | boolean | null;

export function openTable(table: Table, head: SessionHead): TableFold {
  return folds[table](head);
}

const folds: { [table in Table]: (head: SessionHead) => TableFold } = {
  calls: callRows,
  turns: turnRows,
  usage: usageRows,
  sessions: sessionRows,
};
