import { describe, expect, it } from 'vitest';
import { parseSize } from '../../src/base/sizes.ts';

describe('parseSize', () => {
  it.each([
    ['20G', 20 * 2 ** 30],
    ['500MiB', 500 * 2 ** 20],
    ['500 mib', 500 * 2 ** 20],
    ['800MB', 800e6],
    ['1.5K', 1536],
    ['2T', 2 * 2 ** 40],
    ['12B', 12],
    ['0', 0],
  ])('%s is %d bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each(['', '20', 'G', '-1G', '1e9G', '20 Gigs', '99999999T', '1GiBB', '0x1G'])('%j is no size', (text) => {
    expect(() => parseSize(text)).toThrowError(expect.objectContaining({ kind: 'usage' }));
  });
});
