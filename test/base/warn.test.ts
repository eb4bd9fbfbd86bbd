import { expect, it } from 'vitest';
import { describePlace, warn } from '../../src/base/warn.ts';
import { MemoryIo } from '../support/memory-io.ts';

it.each([
  [{}, ''],
  [{ file: '/a' }, '/a: '],
  [{ file: '/a', line: 3 }, '/a:3: '],
  [{ file: '/a', line: 3, offset: 120 }, '/a:3 (byte 120): '],
  [{ file: '/a', offset: 0 }, '/a (byte 0): '],
  [{ line: 3 }, 'line 3: '],
  [{ offset: 7 }, '(byte 7): '],
  [{ file: 'a\n\x1b[31m' }, 'a^J^[[31m: '],
])('describes the place %j as %j', (place, text) => {
  expect(describePlace(place)).toBe(text);
});

it('writes one safe line to stderr', async () => {
  const io = new MemoryIo();
  await warn(io, 'bad \x1b]0;title\x07\nname', { file: '/x' });
  expect(io.errText).toBe('sessions: /x: bad ^[]0;title^G^Jname\n');
});
