import { describe, expect, it } from 'vitest';
import { readPrompt } from '../../../src/commands/exec/read-prompt.ts';
import { MemoryIo } from '../../support/memory-io.ts';

describe('reading a prompt', () => {
  it('says what it waits for when standard input does not end', async () => {
    const io = new MemoryIo();
    let isDue = () => {};
    const due = new Promise<void>((resolve) => {
      isDue = resolve;
    });
    Object.assign(io.clock, { sleep: () => due });
    Object.assign(io.stdin, {
      async *read() {
        yield Buffer.from('a ');
        isDue();
        await new Promise(setImmediate);
        expect(io.errText).toMatch(/^sessions: reading standard input to its end; .*\n$/);
        yield Buffer.from('diff');
      },
    });
    expect(await readPrompt('review', io)).toBe('review\n\n<stdin>\na diff\n</stdin>');
  });

  it('says nothing when it ends at once', async () => {
    const io = new MemoryIo({ stdin: 'do this\n' });
    Object.assign(io.clock, {
      sleep: (_: number, signal: AbortSignal) => new Promise((resolve) => signal.addEventListener('abort', resolve)),
    });
    expect(await readPrompt(undefined, io)).toBe('do this');
    await new Promise(setImmediate);
    expect(io.errText).toBe('');
  });
});
