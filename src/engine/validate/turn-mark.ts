import type { Record } from '../../format/record.ts';

/** What a record says of turns: one starts, is completed, or is aborted. */
export function turnMark(record: Record): TurnMark | null {
  return record.type === 'event_msg' ? (marks.get(record.payload.type) ?? null) : null;
}

export type TurnMark = 'start' | 'complete' | 'abort';

const marks = new Map<unknown, TurnMark>([
  ['task_started', 'start'],
  ['turn_started', 'start'],
  ['task_complete', 'complete'],
  ['turn_complete', 'complete'],
  ['turn_aborted', 'abort'],
]);
