import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/base/failure.ts';
import { openPrinter } from '../../src/ui/printer.ts';
import { MemoryIo } from '../support/memory-io.ts';

const options = { json: false, quiet: false, null: false, color: true, pager: true };

/** A pager that takes `room` characters, then closes its input, and ends with `code`. */
function fakePager(code: number, room = Number.POSITIVE_INFINITY) {
  const seen = { command: '', env: {} as Record<string, string>, text: '' };
  const start = async (command: string, env: Record<string, string>) => {
    Object.assign(seen, { command, env });
    return {
      async write(chunk: Uint8Array | string) {
        if (seen.text.length >= room) throw new Failure('closed-pipe', 'the pager is closed');
        seen.text += chunk;
      },
      end: async () => code,
    };
  };
  return { seen, start };
}

describe('the pager', () => {
  it.each([
    [{}, 'less', { LESS: 'FRX' }],
    [{ PAGER: 'most -s' }, 'most -s', { LESS: 'FRX' }],
    [{ LESS: '-i' }, 'less', {}],
  ])('of %j is %s', async (env, command, given) => {
    const { seen, start } = fakePager(0);
    const io = new MemoryIo({ tty: true, env, pager: start });
    const printer = await openPrinter(io, options);
    await printer.text('hello\n');
    await printer.close();
    expect(seen).toEqual({ command, env: given, text: 'hello\n' });
    expect(io.outText).toBe('');
  });

  it.each([
    ['without a terminal', { tty: false }, {}],
    ['with PAGER=cat', { tty: true, env: { PAGER: 'cat' } }, {}],
    ['with an empty PAGER', { tty: true, env: { PAGER: '' } }, {}],
    ['on a dumb terminal', { tty: true, env: { TERM: 'dumb' } }, {}],
    ['with --no-pager', { tty: true }, { pager: false }],
    ['with --json', { tty: true }, { json: true }],
  ])('is not started %s', async (_case, memory, changed) => {
    const io = new MemoryIo(memory);
    const printer = await openPrinter(io, { ...options, ...changed });
    await printer.text('hello\n');
    await printer.close();
    expect(io.outText).toBe('hello\n');
  });

  it('is not started for nothing', async () => {
    const printer = await openPrinter(new MemoryIo({ tty: true }), options);
    await printer.close();
  });

  it('costs no output when it cannot be started', async () => {
    const io = new MemoryIo({ tty: true, pager: fakePager(127, 0).start });
    const printer = await openPrinter(io, options);
    for (let line = 0; line < 5; line += 1) {
      await printer.text(`${line}\n`);
      await printer.flush();
    }
    await printer.close();
    expect(io.outText).toBe('0\n1\n2\n3\n4\n');
  });

  it('costs no output when it fails after it has taken all', async () => {
    const io = new MemoryIo({ tty: true, pager: fakePager(1).start });
    const printer = await openPrinter(io, options);
    await printer.text('all\n');
    await printer.close();
    expect(io.outText).toBe('all\n');
  });

  it('ends the output in silence when the reader leaves it', async () => {
    const io = new MemoryIo({ tty: true, pager: fakePager(0, 1).start });
    const printer = await openPrinter(io, options);
    await printer.text('seen\n');
    await printer.flush();
    await printer.text('unseen\n');
    await expect(printer.close()).rejects.toMatchObject({ kind: 'closed-pipe' });
    expect(io.outText).toBe('');
  });

  it('says so when it fails after more than can be shown again', async () => {
    const io = new MemoryIo({ tty: true, pager: fakePager(9).start });
    const printer = await openPrinter(io, options);
    await printer.text('x'.repeat(2 << 20));
    await expect(printer.close()).rejects.toMatchObject({ kind: 'trouble', hint: 'try --no-pager' });
  });
});
