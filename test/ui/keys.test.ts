import { describe, expect, it } from 'vitest';
import { type Key, openKeys } from '../../src/ui/keys.ts';
import { MemoryIo } from '../support/memory-io.ts';

type Press = (bytes: Uint8Array | null) => void;

/** Keys, and the function that presses them. */
function listening() {
  let press: Press | null = null;
  const io = new MemoryIo({
    onListen: (listener) => {
      press = listener;
    },
  });
  const keys = openKeys(io, io.stdin);
  return {
    io,
    keys,
    press(...texts: string[]) {
      for (const text of texts) press?.(Buffer.from(text));
    },
    hangUp: () => press?.(null),
    isListening: () => press !== null,
  };
}

async function keysOf(...texts: string[]): Promise<Key[]> {
  const { keys, press } = listening();
  press(...texts);
  const pressed: Key[] = [];
  for (let key = await keys.next(0); key; key = await keys.next(0)) pressed.push(key);
  return pressed;
}

describe('the keys of the player', () => {
  it('are letters, and arrows in all that terminals send for them', async () => {
    expect(await keysOf(' .q')).toEqual(['pause', 'step', 'quit']);
    expect(await keysOf('\x1b[C\x1b[D', '\x1bOC\x1bOD', '\x1b[1;2C')).toEqual(['next', 'back', 'next', 'back', 'next']);
  });

  it('may come in pieces', async () => {
    expect(await keysOf('\x1b', '[', '1;', '5D', ' ')).toEqual(['back', 'pause']);
  });

  it('are nothing else', async () => {
    expect(await keysOf('xyz\r\n\t\x04', '\x1b[A\x1b[B\x1b[5~\x1bOP', 'ä世界\u{1f600}')).toEqual([]);
    expect(await keysOf('\x1b[', '\x1b', '\x1bq')).toEqual(['quit']);
  });

  it('are waited for as long as wanted', async () => {
    const { io, keys } = listening();
    const before = io.now;
    expect(await keys.next(1500)).toBe(null);
    expect(io.now - before).toBe(1500);
  });

  it('can be waited for longer than a timer runs', async () => {
    const { io, keys } = listening();
    const before = io.now;
    expect(await keys.next(1e13)).toBe(null);
    expect(io.now - before).toBe(1e13);
  });

  it('end the wait', async () => {
    const { io, keys, press } = listening();
    io.clock.sleep = async (_ms, signal) => {
      io.now += 100;
      press('.');
      expect(signal?.aborted).toBe(true);
    };
    expect(await keys.next(5000)).toBe('step');
  });

  it('do not end it when they mean nothing', async () => {
    const { io, keys, press } = listening();
    const slept: number[] = [];
    io.clock.sleep = async (ms) => {
      slept.push(ms);
      io.now += ms;
      press('x');
    };
    expect(await keys.next(5000)).toBe(null);
    expect(slept).toEqual([5000]);
  });

  it('leave when the terminal is gone', async () => {
    const { keys, hangUp } = listening();
    hangUp();
    expect(await keys.next(Number.POSITIVE_INFINITY)).toBe('quit');
  });

  it('stop with the signal, and give the terminal back', async () => {
    const { io, keys, isListening } = listening();
    io.clock.sleep = async () => io.stop.abort(new Error('stopped'));
    await expect(keys.next(1000)).rejects.toThrow('stopped');
    expect(isListening()).toBe(true);
    keys.close();
    expect(isListening()).toBe(false);
  });

  it('are only time without a terminal', async () => {
    const io = new MemoryIo();
    expect(await openKeys(io, null).next(10)).toBe(null);
  });
});
