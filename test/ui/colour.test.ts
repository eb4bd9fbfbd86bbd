import { expect, it } from 'vitest';
import { chooseColours } from '../../src/ui/colour.ts';
import { MemoryIo } from '../support/memory-io.ts';

it.each([
  [{ tty: true }, true, true],
  [{ tty: true }, false, false],
  [{ tty: false }, true, false],
  [{ tty: true, env: { NO_COLOR: '1' } }, true, false],
  [{ tty: true, env: { NO_COLOR: '' } }, true, true],
  [{ tty: true, env: { TERM: 'dumb' } }, true, false],
  [{ tty: false, env: { FORCE_COLOR: '1' } }, true, false],
])('%j, wanted: %s, is coloured: %s', async (options, wanted, coloured) => {
  const colours = await chooseColours(new MemoryIo(options), wanted);
  expect(colours.red('x')).toBe(coloured ? '\x1b[31mx\x1b[39m' : 'x');
});
