import { parseTime } from '../../../base/time.ts';

/** Nanoseconds since the epoch of an RFC 3339 time; null where OTLP has no number for it, which is from 1970 to 2554. */
export function nanosOf(text: string): bigint | null {
  const ms = parseTime(text);
  if (ms === null || ms < 0) return null;
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
  const nanos = BigInt(ms) * 1_000_000n + BigInt(fraction.slice(3, 9).padEnd(6, '0'));
  return BigInt.asUintN(64, nanos) === nanos ? nanos : null;
}

/** From when to when something happened, widened by what belongs to it. */
export class TimeSpan {
  start: bigint;
  end: bigint;

  constructor(at: bigint) {
    this.start = at;
    this.end = at;
  }

  touch(at: bigint): void {
    if (at < this.start) this.start = at;
    if (at > this.end) this.end = at;
  }
}
