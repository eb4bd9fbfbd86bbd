import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Integers } from '../../../src/tui/transcript/integers.ts';

const values = fc.oneof(
  fc.array(fc.nat(255), { maxLength: 600, size: 'max' }),
  fc.array(fc.nat(2 ** 31 - 1), { maxLength: 600, size: 'max' }),
  // Numbers of events go up little by little.
  fc.nat(2 ** 30).map((from) => Array.from({ length: 1500 }, (_, at) => from + at * 3)),
);

describe('a list of integers', () => {
  it('gives back what was pushed, wherever it was shortened', () => {
    const step = fc.record({ pushed: values, left: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 5 }), (steps) => {
        const list = new Integers();
        let expected: number[] = [];
        for (const { pushed, left } of steps) {
          for (const value of pushed) list.push(value);
          expected.push(...pushed);
          const length = Math.round(expected.length * left);
          list.shorten(length);
          expected = expected.slice(0, length);
          expect(Array.from({ length: list.length }, (_, at) => list.at(at))).toEqual(expected);
          expect([list.at(-1), list.at(length)]).toEqual([0, 0]);
        }
      }),
      { numRuns: 100 },
    );
  });
});
