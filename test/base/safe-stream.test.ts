import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSafeStream } from '../../src/base/safe-stream.ts';
import { escapeForTerminal } from '../../src/base/safe-text.ts';

function inPieces(pieces: string[]): string {
  const stream = createSafeStream();
  return pieces.map((piece) => stream.add(piece)).join('') + stream.end();
}

describe('a safe stream', () => {
  it.each([
    [['\x1b', '[2J', '\x1b[', '31m'], '^[[2J^[[31m'],
    [['\x1b]0;ow', 'ned', '\x07'], '^[]0;owned^G'],
    [['a\ud83d', '\ude00b'], 'a😀b'],
    [['a\ud83d', 'b'], 'a\uFFFDb'],
    [['👩', '\u200d', '💻'], '👩\u200d💻'],
    [['a', '\u200d', 'b'], 'a\\u{200d}b'],
    [['❤', '', '\ufe0f'], '❤\ufe0f'],
  ])('shows %j as %j', (pieces, shown) => {
    expect(inPieces(pieces)).toBe(shown);
  });

  it('shows what would be shown of the whole, wherever it is cut', () => {
    const part = fc.constantFrom(
      '\x1b[2J',
      '👩',
      '\u200d',
      '💻',
      '\ufe0f',
      '❤',
      '🏽',
      '\ud83d',
      '\ude00',
      'a',
      '\n',
      '\u202e',
    );
    fc.assert(
      fc.property(fc.array(part), fc.array(fc.nat(40)), (parts, cuts) => {
        const whole = parts.join('');
        const at = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
        const pieces = at.slice(1).map((end, index) => whole.slice(at[index], end));
        expect(inPieces(pieces)).toBe(escapeForTerminal(whole));
      }),
      { numRuns: 2000 },
    );
  });

  it('gives what is decided at once, and begins anew after an end', () => {
    const stream = createSafeStream();
    expect(stream.add('abc')).toBe('abc');
    stream.add('👩');
    expect(stream.end()).toBe('');
    expect(stream.add('\ufe0f')).toBe('\\u{fe0f}');
  });
});
