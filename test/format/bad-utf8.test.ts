import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findBadUtf8 } from '../../src/format/bad-utf8.ts';

const bytesLikeUtf8 = fc.uint8Array({ maxLength: 40 });
const oddBytes = fc.array(
  fc.constantFrom(0x00, 0x41, 0x7f, 0x80, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff),
  { maxLength: 12 },
);

describe('the first byte that is not UTF-8', () => {
  it.each([
    ['any bytes', bytesLikeUtf8.map((bytes) => Buffer.from(bytes))],
    ['bytes at the edges of the form', oddBytes.map((bytes) => Buffer.from(bytes))],
  ])('is where a decoder first stumbles: %s', (_what, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (bytes) => {
        const at = findBadUtf8(bytes, 0, bytes.length);
        expect(at === bytes.length).toBe(isUtf8(bytes));
        // All before it is whole, and no character can begin there.
        expect(isUtf8(bytes.subarray(0, at))).toBe(true);
        for (let length = 1; length <= 4 && at + length <= bytes.length; length++)
          expect(isUtf8(bytes.subarray(at, at + length))).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('is found in a long text, near the borders of the pieces that it is searched in', () => {
    const group = Buffer.from('aü好🌊');
    for (const groups of [0, 1, 408, 409, 410, 411, 818, 819, 820, 1999]) {
      const bytes = Buffer.concat(Array.from({ length: 2000 }, () => group));
      expect(findBadUtf8(bytes, 0, bytes.length)).toBe(bytes.length);
      bytes[groups * group.length] = 0xff;
      expect(findBadUtf8(bytes, 0, bytes.length)).toBe(groups * group.length);
    }
  });

  it('is looked for between two places only', () => {
    expect(findBadUtf8(Buffer.from([0xff, 0x41, 0x42, 0xff]), 1, 3)).toBe(3);
  });
});
