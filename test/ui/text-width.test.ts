import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { displayWidth, truncate } from '../../src/ui/text-width.ts';

describe('the width of text', () => {
  it('is what string-width says, of every character of the first plane, alone and among others', () => {
    for (let code = 0; code < 0x10000; code++) {
      const character = String.fromCharCode(code);
      const text = `a${character}${character}b`;
      if (displayWidth(character) !== stringWidth(character) || displayWidth(text) !== stringWidth(text)) {
        expect.fail(`of U+${code.toString(16)}`);
      }
    }
  });

  it('does not count colours', () => {
    expect(displayWidth('\u001b[1;31m● bold\u001b[0m')).toBe(6);
    expect(displayWidth('\u001b[1m日本\u001b[22m')).toBe(4);
  });

  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['·──·', 3, '·─…'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['👩‍👩‍👧👩‍👩‍👧', 3, '👩‍👩‍👧…'],
    ['abc', 1, '…'],
    ['abc', 0, ''],
  ])('cuts %j to %i columns', (text, width, expected) => {
    expect(truncate(text, width)).toBe(expected);
  });
});
