import { parseTime } from '../../base/time.ts';

/** How the recorded time becomes the time of the replay. */
export interface Pace {
  /** 2 plays twice as fast; above 0. */
  speed: number;
  /** A longer pause is cut to this, in recorded milliseconds; Infinity keeps every pause. */
  idleLimitMs: number;
}

/**
 * Gives, for one time after the other, the milliseconds from what came before: 0 for the first, for what has no time
 * (null, or no RFC 3339 time, as a leap second), and where time goes backwards. It goes on from the time that it was given
 * last, so that a single wrong one, however far away, costs a pause and not the rest of the replay.
 */
export function createSchedule({ speed, idleLimitMs }: Pace): (timestamp: string | null) => number {
  let last: number | null = null;
  return (timestamp) => {
    const now = timestamp === null ? null : parseTime(timestamp);
    if (now === null) return 0;
    const gap = last === null ? 0 : Math.max(0, now - last);
    last = now;
    return Math.min(Math.min(gap, idleLimitMs) / speed, longestMs);
  };
}

/** Longer than the years 0000 to 9999, and short enough that sums of some of it are still exact. */
const longestMs = 2 ** 49;
