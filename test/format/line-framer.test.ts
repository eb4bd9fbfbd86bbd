import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Line } from '../../src/format/line-framer.ts';
import { framed, linesOf } from './lines-of.ts';

describe('lines', () => {
  it('end at LF and nothing else', () => {
    const text = 'a\r\nb\rc\u2028d\u2029e\u0085f\vg\fh\n';
    expect(linesOf(text).map(textOf)).toEqual(['a\r', 'b\rc\u2028d\u2029e\u0085f\vg\fh']);
  });

  it('have a number, an offset in bytes and a length without the LF', () => {
    expect(
      linesOf('ä\n\nxyz').map(({ number, offset, length, terminated }) => ({ number, offset, length, terminated })),
    ).toEqual([
      { number: 1, offset: 0, length: 2, terminated: true },
      { number: 2, offset: 3, length: 0, terminated: true },
      { number: 3, offset: 4, length: 3, terminated: false },
    ]);
  });

  it('are none in nothing, and one in a single LF', () => {
    expect(linesOf('')).toEqual([]);
    expect(linesOf('\n').map(textOf)).toEqual(['']);
  });

  it('count on from where the first block stands', () => {
    const [line] = framed([Buffer.from('x\n')], 100, 4096, 41);
    expect(line).toMatchObject({ offset: 4096, number: 42 });
  });

  it('are the same however the content is cut into blocks', () => {
    fc.assert(
      fc.property(content, fc.array(fc.nat()), fc.integer({ min: 4096, max: 9000 }), (text, cuts, maxBytes) => {
        const bytes = Buffer.from(text);
        expect(framed(cut(bytes, cuts), maxBytes).map(comparable)).toEqual(framed([bytes], maxBytes).map(comparable));
      }),
      { numRuns: 500 },
    );
  });

  it('together are the content', () => {
    fc.assert(
      fc.property(content, fc.array(fc.nat()), (text, cuts) => {
        const lines = framed(cut(Buffer.from(text), cuts));
        expect(lines.map((line) => textOf(line) + (line.terminated ? '\n' : '')).join('')).toBe(text);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a line over the limit', () => {
  const long = `{"type":"x"${'y'.repeat(20_000)}`;

  it('keeps its head and its true length', () => {
    const [line, next] = linesOf(`${long}\nok\n`, 10_000) as [Line, Line];
    expect(line).toMatchObject({ whole: false, length: long.length, number: 1 });
    expect(textOf(line)).toBe(long.slice(0, 4096));
    expect(next).toMatchObject({ whole: true, number: 2, offset: long.length + 1 });
  });

  it('is kept whole when it is as long as the limit', () => {
    const exact = 'z'.repeat(10_000);
    expect(linesOf(`${exact}\n${exact}z\n`, 10_000).map(({ whole }) => whole)).toEqual([true, false]);
  });

  it('does not keep more memory than the limit, over however many blocks it comes', () => {
    const block = Buffer.alloc(64 * 1024, 0x61);
    const [line] = framed(
      Array.from({ length: 64 }, () => block),
      100_000,
    );
    expect(line).toMatchObject({ whole: false, length: 64 * 64 * 1024, terminated: false });
    expect(line?.bytes.length).toBe(4096);
  });
});

/** Short lines out of few characters, so that LF is frequent and lines of every length around the limit occur. */
const content = fc
  .array(fc.constantFrom('\n', '\n', 'a', 'b', 'é', '😀', '\r', '{}', 'run', 'long run '.repeat(500)), {
    maxLength: 40,
  })
  .map((parts) => parts.join(''));

function cut(bytes: Buffer, cuts: number[]): Buffer[] {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, index) => Buffer.from(bytes.subarray(from, at[index] ?? bytes.length)));
}

function textOf(line: Line): string {
  return line.bytes.toString('utf8', line.start, line.end);
}

/** Of a line over the limit, how much of its head is kept depends on the blocks. */
function comparable(line: Line) {
  const { number, offset, length, terminated, whole } = line;
  return { number, offset, length, terminated, whole, text: whole ? textOf(line) : null };
}
