import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refit } from '../../../src/tui/session/refit.ts';
import { displayWidth } from '../../../src/ui/text-width.ts';

const red = '\u001b[31m';
const end = '\u001b[39m';

describe('rows of a wider screen', () => {
  it('go on in the next row, at a word where there is one, with their colours', () => {
    expect(refit(['short', '• one two three four'], 10)).toEqual(['short', '• one two', 'three four']);
    expect(refit([`${red}one two three${end} four`], 10)).toEqual([`${red}one two\u001b[0m`, `${red}three${end} four`]);
    expect(refit(['x'.repeat(25)], 10)).toEqual(['x'.repeat(10), 'x'.repeat(10), 'x'.repeat(5)]);
    expect(refit(['中文中文中文'], 5)).toEqual(['中文', '中文', '中文']);
    expect(refit(['', 'a'], 10)).toEqual(['', 'a']);
  });

  it('end in a line that ends at the margin', () => {
    expect(refit(['─'.repeat(30)], 10)).toEqual(['─'.repeat(10)]);
    expect(refit([`${red}── turn 1 ${'─'.repeat(20)}${end}`], 14)).toEqual([`${red}── turn 1 ────${end}`]);
    expect(refit([`── turn 1 ${'─'.repeat(20)}`], 9)).toEqual(['── turn 1']);
    expect(refit([`── turn 12 ─ 14:04 ${'─'.repeat(20)}`], 12)).toEqual(['── turn 12', '─ 14:04']);
  });

  it('lose nothing but blanks, and are never too wide', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom(' ', red, end, '👩‍👩‍👧', '中', 'longer than a row is'));
    fc.assert(
      fc.property(fc.array(word), fc.integer({ min: 2, max: 12 }), (words, columns) => {
        const row = words.join(' ');
        const made = refit([row], columns);
        for (const each of made) expect(displayWidth(each)).toBeLessThanOrEqual(columns);
        const bare = (text: string) => text.replaceAll(/\s|\u001b\[\d+m/g, '');
        expect(bare(made.join(''))).toBe(bare(row));
      }),
    );
  });
});
