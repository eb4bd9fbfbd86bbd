import { formatTime, parseTime } from '../../../base/time.ts';
import { type CheckFactory, placeOf } from '../check.ts';
import { shorten } from '../shorten.ts';

/** TIME-BAD, TIME-BACK, TIME-FUTURE: the times of records. Times of the usual form are compared as text. */
export const checkTimes: CheckFactory = (file, report) => {
  const future = formatTime(file.now + TOLERANCE_MS) ?? '9999';
  let before = '';
  let toldFuture = false;
  let isHead = true;

  return {
    record(record, line) {
      isHead &&= record.type === 'session_meta';
      if (record.type === 'session_meta') {
        const pointer = record.dialect === 'bare' ? '/timestamp' : '/payload/timestamp';
        const created = record.payload.timestamp;
        if (typeof created === 'string' && normalise(created) === null) {
          report('TIME-BAD', placeOf(line), describeBad(created), { pointer });
        }
      }
      // Bare records have no time of their own.
      if (record.timestamp === null || record.dialect === 'bare') return;
      const time = normalise(record.timestamp);
      if (time === null) {
        report('TIME-BAD', placeOf(line), describeBad(record.timestamp), { pointer: '/timestamp' });
        return;
      }
      if (time > future && !toldFuture) {
        toldFuture = true;
        report('TIME-FUTURE', placeOf(line), `${time} lies in the future`, { pointer: '/timestamp' });
      }
      if (time < before) {
        const seconds = ((parseTime(before) as number) - (parseTime(time) as number)) / 1000;
        report('TIME-BACK', placeOf(line), `${time} is ${seconds} s before the record above it`, {
          pointer: '/timestamp',
        });
      }
      // A fork's own first record is newer than what it copied, which begins with that of its parent, and so on.
      before = isHead && file.head.forkedFrom !== null ? '' : time;
    },
  };
};

/** RFC 3339 UTC with milliseconds, so that the order of texts is that of times; null for what no session can have. */
function normalise(text: string): string | null {
  if (usual.test(text)) return text;
  const ms = parseTime(text);
  return ms === null || ms < FIRST_YEAR ? null : formatTime(ms);
}

function describeBad(text: string): string {
  const ms = parseTime(text);
  const shown = JSON.stringify(shorten(text));
  if (ms !== null) return `${shown} lies before there were sessions: the clock was not set`;
  return /:60(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(text)
    ? `${shown} is a leap second, which most programs cannot place`
    : `${shown} is not RFC 3339 with a zone`;
}

/** As Codex writes it; days that a month may not have are left to the parser. */
const usual = /^20[2-9]\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const FIRST_YEAR = Date.UTC(2020, 0);
/** Clocks of machines that share a disk differ a little. */
const TOLERANCE_MS = 60_000;
