import { expect, it } from 'vitest';
import { wrapText } from '../../../src/commands/frame/wrap-text.ts';

it('breaks between words and indents every line', () => {
  expect(wrapText('one two three  four\nfive', 12, 2)).toBe('  one two\n  three four\n  five');
});

it('leaves a word that is longer than the line whole', () => {
  expect(wrapText('a incomprehensibility b', 6)).toBe('a\nincomprehensibility\nb');
});
