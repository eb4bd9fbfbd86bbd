import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatcher } from '../../src/engine/glob.ts';

describe('a pattern', () => {
  it.each([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['*', 'anything\nat all', true],
    ['a*', 'abc', true],
    ['a*', 'ba', false],
    ['*a', 'cba', true],
    ['*b*', 'abc', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-b-b-d', false],
    ['**a**', 'xax', true],
    ['?', 'a', true],
    ['?', '', false],
    ['?', '😀', true],
    ['a?c', 'abc', true],
    ['[a-c]x', 'bx', true],
    ['[a-c]x', 'dx', false],
    ['[!a-c]x', 'dx', true],
    ['[!a-c]x', 'ax', false],
    ['[abc]', 'b', true],
    ['[a-]', '-', true],
    ['[-a]', '-', true],
    ['[]a]', ']', true],
    ['[!]a]', ']', false],
    ['[!]a]', 'b', true],
    ['[z-a]', 'm', false],
    ['[a-\\d]', 'b', false],
    ['[^a]', '^', true],
    ['[^a]', 'b', false],
    ['[ä-ü]', 'ö', true],
    ['[a', '[a', true],
    ['[]', '[]', true],
    ['[!]', '[!]', true],
    ['(a+)+', '(a+)+', true],
    ['(a+)+', 'aaa', false],
    ['a.c', 'abc', false],
    ['a|b', 'a', false],
    ['^a$', 'a', false],
    ['\\*', '\\anything', true],
    ['A', 'a', false],
    ['名*', '名前', true],
  ])('%j on %j: %s', (glob, text, matches) => {
    expect(globMatcher(glob)(text)).toBe(matches);
  });

  it('made of a text that has no special character matches that text only', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', ']', '(', '+', '\\', '^', '$', '.', '-', '!', '😀') });
    fc.assert(
      fc.property(word, word, (glob, text) => {
        expect(globMatcher(glob)(glob)).toBe(true);
        expect(globMatcher(glob)(text)).toBe(glob === text);
        expect(globMatcher(`${glob}*`)(glob + text)).toBe(true);
        expect(globMatcher(`*${text}`)(glob + text)).toBe(true);
      }),
    );
  });

  it.each([
    ['many stars', '*a'.repeat(30), `${'a'.repeat(3000)}b`],
    ['stars in a row', `${'*'.repeat(5000)}b`, 'a'.repeat(5000)],
    ['what would be a nested repetition', '(a+)+*(a+)+', `${'(a+)+'.repeat(400)}!`],
    ['sets and stars', '*[a-z]'.repeat(40), `${'z'.repeat(4000)}0`],
  ])('of %s takes no time', (_what, glob, text) => {
    const before = performance.now();
    expect(globMatcher(glob)(text)).toBe(false);
    expect(performance.now() - before).toBeLessThan(3000);
  });
});
