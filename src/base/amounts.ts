import { parseTime } from './time.ts';

/** `900 ms`, `1.9 s`, `2 min 5 s`, `1 h 3 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${groupDigits(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** `12 345`. Amounts beyond 2^53 arrive as strings of their digits. */
export function groupDigits(amount: number | string): string {
  const digits = String(amount);
  return /^-?\d{1,40}$/.test(digits) ? digits.replace(/\B(?=(\d{3})+$)/g, ' ') : digits;
}

/** `1 line`, `113 lines`. */
export function count(amount: number, noun: string): string {
  return `${groupDigits(amount)} ${noun}${amount === 1 ? '' : 's'}`;
}

/** `14:02:11` at an offset from UTC in minutes; null for what is not a time. */
export function clockTime(timestamp: string | null, offset: number): string | null {
  return shift(timestamp, offset)?.slice(11, 19) ?? null;
}

/** `2026-11-22 14:02:11 UTC`, or with the offset: `2026-11-22 15:02:11 +01:00`. */
export function calendarTime(timestamp: string | null, offset: number): string | null {
  const local = shift(timestamp, offset);
  return local && `${local.slice(0, 10)} ${local.slice(11, 19)} ${zoneName(offset)}`;
}

function shift(timestamp: string | null, offset: number): string | null {
  const time = timestamp === null ? null : parseTime(timestamp);
  return time === null ? null : new Date(time + offset * 60_000).toISOString().replace(/^[+-]\d\d(?=\d{4})/, '');
}

function zoneName(offset: number): string {
  if (offset === 0) return 'UTC';
  const size = Math.abs(offset);
  const hours = String(Math.floor(size / 60)).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${hours}:${String(size % 60).padStart(2, '0')}`;
}
