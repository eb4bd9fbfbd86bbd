import { describe, expect, it } from 'vitest';
import { startProgress } from '../../src/ui/progress.ts';
import { MemoryIo } from '../support/memory-io.ts';

describe('startProgress', () => {
  it('shows nothing in the first half second', async () => {
    const io = new MemoryIo({ tty: true });
    const progress = startProgress(io);
    io.now += 499;
    progress.show('early');
    await progress.stop();
    expect(io.errText).toBe('');
  });

  it('draws over its line at most ten times a second, and clears it', async () => {
    const io = new MemoryIo({ tty: true, columns: 10 });
    const progress = startProgress(io);
    io.now += 500;
    progress.show('one');
    io.now += 50;
    progress.show('two');
    io.now += 50;
    progress.show('three \x1b[2J four');
    await progress.stop();
    io.now += 1000;
    progress.show('late');
    expect(io.errText).toBe('\r\x1b[Kone\r\x1b[Kthree ^[…\r\x1b[K');
  });

  it('shows at once what stands there for a while', async () => {
    const io = new MemoryIo({ tty: true });
    const progress = startProgress(io);
    expect(progress.showNow('waiting')).toBe(true);
    await progress.stop();
    expect(io.errText).toBe('\r\x1b[Kwaiting\r\x1b[K');
  });

  it('shows nothing without a terminal, or on a dumb one', async () => {
    for (const io of [new MemoryIo(), new MemoryIo({ tty: true, env: { TERM: 'dumb' } })]) {
      const progress = startProgress(io);
      io.now += 10_000;
      progress.show('text');
      expect(progress.showNow('text')).toBe(false);
      await progress.stop();
      expect(io.errText).toBe('');
    }
  });
});
