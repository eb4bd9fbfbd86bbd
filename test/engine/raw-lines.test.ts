import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LineChoice, ofNumbers, ofTypes, selectLines } from '../../src/engine/raw-lines.ts';
import { envelope, record } from '../builders.ts';

describe('lines chosen by number', () => {
  it('are copied with their LF, and the last without one if it has none', async () => {
    const text = 'a\n\nccc\r\nd';
    expect(await select(text, ofNumbers([1, 3]))).toBe('a\nccc\r\n');
    expect(await select(text, ofNumbers([2, 4]))).toBe('\nd');
    expect(await select(text, ofNumbers([]))).toBe('');
    expect(await select(text, ofNumbers([9]))).toBe('');
  });

  it('are the same however the content is cut into blocks', async () => {
    const content = fc
      .array(fc.constantFrom('\n', 'a', 'bc', '😀', 'x'.repeat(5000)), { maxLength: 30 })
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(
        content,
        fc.uniqueArray(fc.integer({ min: 1, max: 12 })),
        fc.array(fc.nat()),
        async (text, wanted, cuts) => {
          const numbers = wanted.sort((a, b) => a - b);
          const lines = text.split(/(?<=\n)/);
          const expected = numbers.map((number) => lines[number - 1] ?? '').join('');
          expect(await select(text, ofNumbers(numbers), cuts)).toBe(expected);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('lines chosen by type', () => {
  const records = envelope(
    record.meta('x'),
    record.userItem('u'),
    record.event('agent_message', { message: '"type":"response_item"' }),
    ['response_item', { type: 'message', role: 'assistant', content: [], pad: 'p'.repeat(20_000) }],
    ['world_state', { type: 'response_item' }],
    ['response_item', { type: 'reasoning' }],
  );
  const lines = records.map((line) => `${JSON.stringify(line)}\n`);
  const text = lines.join('');
  const isItem = (line: string) => JSON.parse(line).type === 'response_item';

  it('are those of that type, byte for byte', async () => {
    expect(await select(text, ofTypes(['response_item']))).toBe(lines.filter(isItem).join(''));
    expect(await select(text, ofTypes(['response_item', 'world_state']))).toBe(
      lines.filter((line) => isItem(line) || line.includes('world_state')).join(''),
    );
    expect(await select(text, ofTypes(['compacted']))).toBe('');
  });

  it('are the same however the content is cut into blocks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat()), fc.boolean(), async (cuts, isTorn) => {
        const content = isTorn ? text.trimEnd() : text;
        const expected = lines.filter(isItem).join('');
        expect(await select(content, ofTypes(['response_item']), cuts)).toBe(isTorn ? expected.trimEnd() : expected);
      }),
      { numRuns: 300 },
    );
  });

  it('of any length stream through', async () => {
    const long = `{"timestamp":"2026-01-02T03:04:05.678Z","type":"response_item","payload":{"x":"`;
    async function* blocks() {
      yield Buffer.from(long);
      for (let i = 0; i < 100; i++) yield Buffer.alloc(1024 * 1024, 0x79);
      yield Buffer.from(`"}}\n${lines[2]}`);
    }
    let length = 0;
    let largest = 0;
    for await (const chunk of selectLines(blocks(), ofTypes(['response_item']))) {
      length += chunk.length;
      largest = Math.max(largest, chunk.length);
    }
    expect(length).toBe(long.length + 100 * 1024 * 1024 + 4);
    expect(largest).toBeLessThanOrEqual(512 * 1024);
  });

  it('are found where the type comes late', async () => {
    const late = `{"payload":{"x":"${'y'.repeat(100_000)}"},"type":"response_item"}\n`;
    expect(await select(lines[0] + late + lines[2], ofTypes(['response_item']), [9000, 50_000, 90_000])).toBe(late);
  });
});

describe('a chunk', () => {
  it('stays as it is until the one after the next is asked for', async () => {
    const line = `${'z'.repeat(99)}\n`;
    async function* blocks() {
      for (let i = 0; i < 300; i++)
        yield Buffer.from(line.replaceAll('z', String.fromCharCode(97 + (i % 26))).repeat(100));
    }
    let before: { chunk: Buffer; copy: Buffer } | null = null;
    for await (const chunk of selectLines(blocks(), () => true)) {
      if (before) expect(before.chunk.equals(before.copy)).toBe(true);
      before = { chunk, copy: Buffer.from(chunk) };
    }
  });
});

async function select(text: string, choice: LineChoice, cuts: number[] = []): Promise<string> {
  const bytes = Buffer.from(text);
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  async function* blocks() {
    let from = 0;
    for (const end of [...at, bytes.length]) {
      yield Buffer.from(bytes.subarray(from, end));
      from = end;
    }
  }
  const chunks: Buffer[] = [];
  for await (const chunk of selectLines(blocks(), choice)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}
