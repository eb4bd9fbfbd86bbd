import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberRanges } from '../../../src/engine/validate/number-ranges.ts';

describe('a set of numbers kept as ranges', () => {
  it('holds what was added and nothing else', () => {
    const range = fc.tuple(fc.nat(60), fc.nat(4)).map(([from, more]) => [from, from + more] as const);
    fc.assert(
      fc.property(fc.array(range), (added) => {
        const ranges = new NumberRanges();
        const numbers = new Set<number>();
        for (const [from, to] of added) {
          ranges.add(from, to);
          for (let number = from; number <= to; number++) numbers.add(number);
        }
        for (let number = -1; number < 70; number++) expect(ranges.has(number)).toBe(numbers.has(number));
      }),
    );
  });

  it('forgets the oldest gaps when there are too many', () => {
    const ranges = new NumberRanges();
    for (let number = 0; number <= 20_002; number += 2) ranges.add(number, number);
    expect([ranges.has(1), ranges.has(3), ranges.has(20_001), ranges.has(20_002)]).toEqual([true, true, false, true]);
  });
});
