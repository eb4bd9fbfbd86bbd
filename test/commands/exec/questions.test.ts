import { describe, expect, it } from 'vitest';
import type { Terminal } from '../../../src/base/io.ts';
import { OutputQueue } from '../../../src/commands/exec/output-queue.ts';
import { openQuestions } from '../../../src/commands/exec/questions.ts';
import { MemoryIo } from '../../support/memory-io.ts';

const calm = new AbortController().signal;

describe('questions', () => {
  it('keep all other output back until they are answered', async () => {
    const io = new MemoryIo({ tty: true, stdin: 'no\n' });
    io.stdin.isTTY = true;
    const queue = new OutputQueue(() => {});
    const say = (text: string) => queue.add(() => io.stderr.write(text));
    const questions = openQuestions(io, queue, () => say('(end of line)\n'));
    say('before\n');
    const question = await questions!.open();
    await question.write('the question\n');
    say('of another call\n');
    await new Promise((resolve) => setTimeout(resolve, 20));
    await question.write('the prompt: ');
    expect(await question.readLine(calm)).toBe('no');
    expect(io.errText).toBe('before\n(end of line)\nthe question\nthe prompt: ');
    question.close();
    await queue.end();
    expect(io.errText).toMatch(/the prompt: of another call\n$/);
    await questions!.close();
  });

  it('go to the terminal of the program where the streams are none, which is read only while they stand', async () => {
    const io = new MemoryIo({ stdin: 'data' });
    const written: string[] = [];
    let readers = 0;
    let isClosed = false;
    const terminal: Terminal = {
      write: async (text) => void written.push(text),
      async *read(signal) {
        readers++;
        yield Buffer.from('yes\n');
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        readers--;
      },
      close: async () => {
        isClosed = true;
      },
    };
    Object.assign(io, { openTerminal: () => terminal });
    const questions = openQuestions(io, new OutputQueue(() => {}), () => {});
    expect(readers).toBe(0);
    const question = await questions!.open();
    await question.write('well?');
    expect(await question.readLine(calm)).toBe('yes');
    const waiting = question.readLine(calm);
    question.close();
    expect(await waiting).toBe(null);
    expect({ readers, written, err: io.errText }).toEqual({ readers: 0, written: ['well?'], err: '' });
    await questions!.close();
    expect(isClosed).toBe(true);
  });

  it('cannot be asked where there is nobody', () => {
    const io = new MemoryIo({ tty: true });
    expect(openQuestions(io, new OutputQueue(() => {}), () => {})).toBe(null);
  });
});
