import { describe, expect, it } from 'vitest';
import { Verbatim } from '../../src/model/verbatim.ts';
import { openPrinter, type PrintOptions, refuseRawOnTerminal } from '../../src/ui/printer.ts';
import { MemoryIo, type MemoryIoOptions } from '../support/memory-io.ts';

const plain: PrintOptions = { json: false, quiet: false, null: false, color: true, pager: false };

async function open(io: MemoryIoOptions, options: Partial<PrintOptions> = {}) {
  const memory = new MemoryIo(io);
  return { memory, printer: await openPrinter(memory, { ...plain, ...options }) };
}

describe('openPrinter', () => {
  it.each([
    [{ tty: true }, {}, 'human'],
    [{ tty: false }, {}, 'json'],
    [{ tty: true }, { json: true }, 'json'],
    [{ tty: true }, { quiet: true }, 'ids'],
    [{ tty: false }, { quiet: true }, 'ids'],
    [{ tty: false }, { null: true }, 'ids'],
    [{ tty: false }, { null: true, json: true }, 'json'],
    [{ tty: false }, { quiet: true, json: true }, 'json'],
  ] as const)('with %j and %j writes %s', async (io, options, mode) => {
    expect((await open(io, options)).printer.mode).toBe(mode);
  });

  it('writes one line a record, with recorded JSON copied', async () => {
    const { memory, printer } = await open({});
    await printer.record({ a: 1, raw: new Verbatim('{"n":9007199254740993, "n":1}') });
    await printer.line('{"b":2}');
    await printer.close();
    expect(memory.outText).toBe('{"a":1,"raw":{"n":9007199254740993, "n":1}}\n{"b":2}\n');
  });

  it('ends records with NUL where that is asked for', async () => {
    const { memory, printer } = await open({}, { null: true });
    await printer.id('a');
    await printer.id('b');
    await printer.close();
    expect(memory.outText).toBe('a\0b\0');
  });

  it('escapes JSON and ids on a terminal only', async () => {
    for (const tty of [true, false]) {
      const { memory, printer } = await open({ tty }, { json: true });
      await printer.record({ text: '\u202e\u009b' });
      await printer.id('a\x1b');
      await printer.close();
      expect(memory.outText).toBe(tty ? '{"text":"\\u202e\\u009b"}\na^[\n' : '{"text":"\u202e\u009b"}\na\x1b\n');
    }
  });

  it('gathers records, and asks to be awaited when a batch goes out', async () => {
    const sizes: number[] = [];
    const { printer } = await open({ onWrite: async (chunk) => void sizes.push(chunk.length) });
    let awaited = 0;
    for (let index = 0; index < 60_000; index += 1) {
      const pending = printer.line('{"index":12345678}');
      if (pending) {
        awaited += 1;
        await pending;
      }
    }
    expect(sizes).toHaveLength(awaited);
    await printer.close();
    expect(sizes.reduce((sum, size) => sum + size)).toBe(60_000 * 19);
    expect(Math.max(...sizes)).toBeLessThan(300_000);
    expect(sizes.length).toBeLessThan(8);
  });

  it('keeps order and content when nobody waits, whatever the sizes', async () => {
    const chunks: Buffer[] = [];
    const slow = async (chunk: Buffer) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      chunks.push(Buffer.from(chunk));
    };
    const { printer } = await open({ onWrite: slow });
    const sizes = [10, 300_000, 1, 600_000, 100_000, 100_000, 2_000_000, 5, 250_000, 250_000];
    const texts = sizes.map((size, index) => `${index}é`.repeat(size / 2));
    for (const text of texts) void printer.text(text);
    await printer.close();
    expect(Buffer.concat(chunks).equals(Buffer.from(texts.join('')))).toBe(true);
  });

  it('writes bytes behind what it has gathered, and does not copy them', async () => {
    const chunks: Buffer[] = [];
    const { printer } = await open({ onWrite: async (chunk) => void chunks.push(Buffer.from(chunk)) });
    await printer.line('1');
    await printer.bytes(Buffer.from([0xff, 0]));
    await printer.line('2');
    await printer.close();
    expect(Buffer.concat(chunks)).toEqual(Buffer.from([0x31, 0x0a, 0xff, 0, 0x32, 0x0a]));
  });
});

describe('refuseRawOnTerminal', () => {
  it('refuses a terminal without --force, and nothing else', () => {
    expect(() => refuseRawOnTerminal(new MemoryIo({ tty: true }), false)).toThrow(expect.objectContaining({ exit: 4 }));
    refuseRawOnTerminal(new MemoryIo({ tty: true }), true);
    refuseRawOnTerminal(new MemoryIo({ tty: false }), false);
  });
});
