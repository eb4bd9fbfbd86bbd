import { isObject } from '../../../format/record.ts';
import { type CheckFactory, type FindingPlace, placeOf } from '../check.ts';
import { shorten } from '../shorten.ts';
import { turnMark } from '../turn-mark.ts';

/**
 * TURN-UNFINISHED, TURN-END-WITHOUT-START: starts and ends of turns come in pairs. Codex before 0.101 records ends of aborted
 * turns only, so nothing is expected before the first start of a file.
 */
export const checkTurns: CheckFactory = (file, report) => {
  let open: { id: string | null; place: FindingPlace } | null = null;
  let knowsStarts = false;
  /** A review is started as a turn of its own and ends with the one that asked for it. */
  let inReview = false;

  const unfinished = (reason: string) => {
    if (open)
      report(
        'TURN-UNFINISHED',
        open.place,
        `the turn ${describe(open.id)} was neither completed nor aborted: ${reason}`,
      );
  };

  return {
    record(record, line) {
      if (record.type !== 'event_msg') return;
      const mark = turnMark(record);
      if (mark === null) {
        inReview ||= entersReview(record.payload);
        return;
      }
      const id = textOf(record.payload.turn_id);
      if (mark === 'start') {
        unfinished(`the next begins on line ${line.number}`);
        open = { id, place: placeOf(line) };
        knowsStarts = true;
        return;
      }
      if (open && !inReview && id !== null && open.id !== null && id !== open.id) {
        const message = `the turn ${describe(id)} ends while ${describe(open.id)} is open`;
        report('TURN-END-WITHOUT-START', placeOf(line), message, { pointer: '/payload/turn_id' });
        return;
      }
      if (!open && knowsStarts) {
        report('TURN-END-WITHOUT-START', placeOf(line), `the turn ${describe(id)} ends, but none is open`, {
          pointer: '/payload/type',
        });
      }
      open = null;
      inReview = false;
    },
    end() {
      unfinished(
        file.isBeingWritten() ? 'in progress' : file.isCut() ? 'the rest cannot be read' : 'the session ends in it',
      );
    },
  };
};

function entersReview(payload: { [key: string]: unknown }): boolean {
  if (payload.type === 'entered_review_mode') return true;
  return payload.type === 'item_completed' && isObject(payload.item) && payload.item.type === 'EnteredReviewMode';
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? shorten(value) : null;
}

function describe(id: string | null): string {
  return id === null ? 'without an id' : JSON.stringify(id);
}
