import { Failure } from './failure.ts';

/**
 * Milliseconds since the epoch of an RFC 3339 time, cut to whole milliseconds. Null for everything else: no zone, a day
 * that does not exist, a leap second (which the epoch does not count), a year outside 0000 to 9999.
 */
export function parseTime(text: string): number | null {
  const match = rfc3339.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour = 0, offsetMinute = 0] = match;
  if (+hour! > 23 || +minute! > 59 || +second! > 59 || +offsetHour > 23 || +offsetMinute > 59) return null;
  const midnight = midnightOf(+year!, +month!, +day!);
  if (midnight === null) return null;
  const ms = +fraction.slice(0, 3).padEnd(3, '0');
  const local = midnight + ((+hour! * 60 + +minute!) * 60 + +second!) * 1000 + ms;
  const time = local - (sign === '-' ? -1 : 1) * (+offsetHour * 60 + +offsetMinute) * 60_000;
  return time >= earliest && time <= latest ? time : null;
}

/** Milliseconds since the epoch of what a user gives as a point in time: a date (midnight UTC) or an RFC 3339 time. */
export function parseMoment(text: string): number {
  const date = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  const moment = date ? midnightOf(+date[1]!, +date[2]!, +date[3]!) : parseTime(text);
  if (moment !== null) return moment;
  const lacksZone = parseTime(`${text}Z`) !== null;
  const hint = lacksZone
    ? `name the zone: ${text}Z`
    : 'such as 2026-11-01, 2026-11-01T12:00:00Z or 2026-11-01T12:00:00+02:00';
  throw new Failure('usage', `'${text}' is not a date or a time`, { hint });
}

/** RFC 3339 in UTC with milliseconds; null outside the years 0000 to 9999, which RFC 3339 cannot write. */
export function formatTime(ms: number): string | null {
  return ms >= earliest && ms <= latest ? new Date(ms).toISOString() : null;
}

/** How long ago, in one unit and the same in every locale: `now`, `45 s ago`, `3 h ago`, `in 2 d`. */
export function relativeAge(ms: number, nowMs: number): string {
  const distance = Math.abs(nowMs - ms);
  const unit = ageUnits.find(({ length }) => distance >= length);
  if (!unit) return 'now';
  const amount = `${Math.floor(distance / unit.length)} ${unit.name}`;
  return ms > nowMs ? `in ${amount}` : `${amount} ago`;
}

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const earliest = Date.UTC(-1, 12, 1);
const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const day = 86_400_000;
const ageUnits = [
  { name: 'y', length: 365.25 * day },
  { name: 'mo', length: 30.4375 * day },
  { name: 'd', length: day },
  { name: 'h', length: 3_600_000 },
  { name: 'min', length: 60_000 },
  { name: 's', length: 1000 },
];

/** Null for a day that the calendar does not have. */
function midnightOf(year: number, month: number, dayOfMonth: number): number | null {
  const date = new Date(0);
  // Not Date.UTC: it takes the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(year, month - 1, dayOfMonth);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === dayOfMonth ? date.getTime() : null;
}
