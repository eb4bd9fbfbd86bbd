import { expect, it } from 'vitest';
import { nearest, suggest } from '../../../src/commands/frame/nearest.ts';

const words = ['show', 'search', 'stats', 'ls', 'seal', 'schema', 'validate'];

it.each([
  ['show', ['show']],
  ['shwo', ['show']],
  ['shows', ['show']],
  ['how', ['show']],
  ['sl', ['ls']],
  ['valid', ['validate']],
  ['se', ['seal', 'search']],
  ['serch', ['search']],
  ['x', []],
  ['', []],
  ['v'.repeat(10_000), []],
])('near %j are %j', (word, expected) => {
  expect(nearest(word, words)).toEqual(expected);
});

it('asks whether the nearest was meant', () => {
  expect(suggest('se', words, '--')).toBe('did you mean --seal or --search?');
  expect(suggest('xyzzy', words)).toBeUndefined();
});
