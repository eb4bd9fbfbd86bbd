import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSchedule, type Pace } from '../../../src/engine/replay/schedule.ts';

const unlimited: Pace = { speed: 1, idleLimitMs: Number.POSITIVE_INFINITY };

function delays(times: readonly (string | null)[], pace: Partial<Pace> = {}): number[] {
  return times.map(createSchedule({ ...unlimited, ...pace }));
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function at(seconds: number): string {
  return new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
}

describe('the schedule of a replay', () => {
  it('gives the time between one thing and the next', () => {
    expect(delays([at(0), at(1), at(1), at(61.5)])).toEqual([0, 1000, 0, 60_500]);
  });

  it('begins at once, whenever the recording began', () => {
    expect(delays([at(1e8)])).toEqual([0]);
  });

  it('cuts recorded pauses, and plays the rest faster or slower', () => {
    const times = [at(0), at(1), at(11)];
    expect(delays(times, { idleLimitMs: 2000 })).toEqual([0, 1000, 2000]);
    expect(delays(times, { idleLimitMs: 2000, speed: 4 })).toEqual([0, 250, 500]);
    expect(delays(times, { speed: 0.5 })).toEqual([0, 2000, 20_000]);
    expect(delays(times, { idleLimitMs: 0 })).toEqual([0, 0, 0]);
  });

  it('does not wait for what has no time, and counts on across it', () => {
    expect(delays([null, at(0), null, 'yesterday', at(3), null])).toEqual([0, 0, 0, 0, 3000, 0]);
    expect(delays([null, null])).toEqual([0, 0]);
  });

  it('does not wait for a leap second, which no clock of a computer has', () => {
    const times = ['2016-12-31T23:59:59Z', '2016-12-31T23:59:60Z', '2017-01-01T00:00:01Z'];
    expect(delays(times)).toEqual([0, 0, 2000]);
  });

  it('goes on from where time went back to', () => {
    expect(delays([at(100), at(40), at(41)])).toEqual([0, 0, 1000]);
  });

  it('loses one pause, not the rest, to a time far in the future', () => {
    const times = [at(0), '9999-12-31T23:59:59Z', at(1), at(2)];
    expect(delays(times, { idleLimitMs: 2000 })).toEqual([0, 2000, 0, 1000]);
  });

  const time = fc.oneof(
    fc.constant(null),
    fc.integer({ min: -6e13, max: 2.5e14 }).map((ms) => new Date(ms).toISOString()),
    fc.nat({ max: 100_000 }).map((ms) => at(ms / 1000)),
    fc.constantFrom('2016-12-31T23:59:60Z', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '', 'x'),
    fc.string(),
  );
  const pace = fc.record({
    speed: fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true }),
    idleLimitMs: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat({ max: 1e7 }), fc.constant(0)),
  });

  it('is finite, never negative and within the limit, for whatever times there are', () => {
    fc.assert(
      fc.property(fc.array(time), pace, (times, chosen) => {
        for (const delay of delays(times, chosen)) {
          expect(Number.isFinite(delay)).toBe(true);
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(chosen.idleLimitMs / chosen.speed);
        }
      }),
    );
  });

  it('adds up to what was recorded, where time only goes on', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 1e9 }), { minLength: 1 }), fc.constantFrom(0.25, 1, 2), (gaps, speed) => {
        const moments = gaps.map((_gap, index) => total(gaps.slice(0, index + 1)));
        const times = [0, ...moments].map((ms) => at(ms / 1000));
        expect(total(delays(times, { speed }))).toBe(total(gaps) / speed);
      }),
    );
  });

  it('is the same for any way of cutting a recording in two, but for the seam', () => {
    fc.assert(
      fc.property(fc.array(time, { minLength: 1 }), fc.nat(), (times, place) => {
        const cut = place % times.length;
        const whole = delays(times).slice(cut + 1);
        const seam = times[cut] as string | null;
        const hasTime = seam !== null && delays([at(0), seam, at(0)]).some((delay) => delay > 0);
        if (hasTime) expect(delays(times.slice(cut)).slice(1)).toEqual(whole);
      }),
    );
  });
});
