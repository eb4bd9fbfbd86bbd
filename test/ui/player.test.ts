import { describe, expect, it } from 'vitest';
import { noColours } from '../../src/ui/colour.ts';
import { openKeys } from '../../src/ui/keys.ts';
import { play, type Step } from '../../src/ui/player.ts';
import { openScreen } from '../../src/ui/player-screen.ts';
import { MemoryIo } from '../support/memory-io.ts';

/** Two steps before the first turn, three in each of three turns; a second lies between any two. */
const steps: Step[] = Array.from({ length: 11 }, (_, index) => ({
  text: `${index}\n`,
  delayMs: 1000,
  chapter: index < 2 ? 0 : Math.floor((index - 2) / 3) + 1,
}));

const keysLine = '-- paused: space goes on, . one step, ← → by turn, q leaves --';
const names: { [key: string]: string } = { right: '\x1b[C', left: '\x1b[D', space: ' ', redraw: '\f' };

interface Watched {
  end: 'ended' | 'left';
  /** What was sent, and the milliseconds after the beginning. */
  sent: [ms: number, text: string][];
  opened: number;
  tookMs: number;
}

/** Plays the steps while keys are pressed at certain milliseconds of a clock that does not wait. */
async function watch(script: [ms: number, key: string][], shown: Step[] = steps): Promise<Watched> {
  const waiting = [...script];
  const sent: Watched['sent'] = [];
  let press: ((bytes: Uint8Array | null) => void) | null = null;
  const io = new MemoryIo({
    tty: true,
    onListen: (listener) => {
      press = listener;
    },
    onWrite: async (chunk) => void sent.push([io.now - began, chunk.toString()]),
  });
  const began = io.now;
  io.clock.sleep = async (ms) => {
    const [next] = waiting;
    if (!next && ms > 1e6) throw new Error('it waits for a key that nobody presses');
    if (!next || began + next[0] > io.now + ms) io.now += ms;
    else {
      io.now = Math.max(io.now, began + next[0]);
      waiting.shift();
      press?.(Buffer.from(names[next[1]] ?? next[1]));
    }
  };
  let opened = 0;
  async function* open(from: number) {
    opened++;
    yield* shown.filter(({ chapter }) => chapter >= from);
  }
  const keys = openKeys(io, io.stdin);
  try {
    const end = await play(open, { screen: openScreen(io, noColours), keys, clock: io.clock });
    expect(waiting).toEqual([]);
    return { end, sent, opened, tookMs: io.now - began };
  } finally {
    keys.close();
    expect(press).toBe(null);
  }
}

const textOf = ({ sent }: Watched) => sent.map(([, text]) => text).join('');
const all = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => `${from + index}\n`);

describe('the player', () => {
  it('shows each step in its time', async () => {
    const { end, sent, opened, tookMs } = await watch([]);
    expect([end, opened, tookMs]).toEqual(['ended', 1, 10_000]);
    expect(sent).toEqual(all(0, 10).map((text, index) => [index * 1000, text]));
  });

  it('shows nothing of nothing', async () => {
    expect(await watch([], [])).toMatchObject({ end: 'ended', sent: [] });
  });

  it('pauses in the middle of a wait, and goes on with the rest of it', async () => {
    const { sent, tookMs } = await watch([
      [2300, 'space'],
      [60_000, 'space'],
    ]);
    expect(sent.slice(2, 6)).toEqual([
      [2000, '2\n'],
      [2300, keysLine],
      [60_000, '\r\x1b[K'],
      [60_700, '3\n'],
    ]);
    expect(tookMs).toBe(10_000 + 60_000 - 2300);
  });

  it('shows step by step while paused, with the line of keys always below', async () => {
    const { sent } = await watch([
      [500, 'space'],
      [600, '.'],
      [700, '.'],
      [800, 'space'],
      [850, '.'],
    ]);
    expect(sent.slice(0, 8)).toEqual([
      [0, '0\n'],
      [500, keysLine],
      [600, '\r\x1b[K1\n'],
      [600, keysLine],
      [700, '\r\x1b[K2\n'],
      [700, keysLine],
      [800, '\r\x1b[K'],
      [1800, '3\n'],
    ]);
  });

  it('shows the rest of a turn at once, and goes on with the next', async () => {
    const { sent, end } = await watch([
      [2500, 'right'],
      [2600, 'right'],
    ]);
    expect(end).toBe('ended');
    expect(sent.slice(2, 9)).toEqual([
      [2000, '2\n'],
      ...all(3, 5).map((text) => [2500, text]),
      ...all(6, 8).map((text) => [2600, text]),
    ]);
    expect(sent[9]).toEqual([3600, '9\n']);
  });

  it('comes to the end when there is no next turn', async () => {
    const script: [number, string][] = [100, 200, 300, 400].map((ms) => [ms, 'right']);
    expect(await watch(script)).toMatchObject({ end: 'ended', tookMs: 400 });
  });

  it('stays paused across turns', async () => {
    const { sent } = await watch([
      [100, 'space'],
      [200, 'right'],
      [300, 'right'],
      [400, 'left'],
      [500, 'q'],
    ]);
    expect(sent.map(([, text]) => text)).toEqual([
      ...['0\n', keysLine, '\r\x1b[K1\n', '2\n', keysLine, '\r\x1b[K3\n', '4\n', '5\n', keysLine],
      // At the beginning of the second turn: back to the first.
      ...['\r\x1b[K', '\x1b[H\x1b[2J', '2\n', keysLine, '\r\x1b[K'],
    ]);
  });

  it('goes back to the beginning of the turn, on a clear screen', async () => {
    const watched = await watch([[7200, 'left']]);
    expect(watched.opened).toBe(2);
    expect(textOf(watched)).toBe([...all(0, 7), '\x1b[H\x1b[2J', ...all(5, 10)].join(''));
    expect(watched.sent.slice(8, 11)).toEqual([
      [7200, '\x1b[H\x1b[2J'],
      [7200, '5\n'],
      [8200, '6\n'],
    ]);
  });

  it('goes back to the turn before within a second of the beginning', async () => {
    const quick = steps.map((step) => ({ ...step, delayMs: 400 }));
    const watched = await watch(
      [
        [3100, 'left'],
        [3600, 'left'],
        [3650, 'left'],
      ],
      quick,
    );
    const clear = '\x1b[H\x1b[2J';
    // To the beginning of the turn, to the turn before, and to what stands before the first.
    expect(textOf(watched)).toBe([...all(0, 7), clear, ...all(5, 6), clear, '2\n', clear, ...all(0, 10)].join(''));
  });

  it('goes back no further than to the beginning', async () => {
    const watched = await watch([
      [100, 'left'],
      [200, 'left'],
      [300, 'q'],
    ]);
    expect(watched).toMatchObject({ end: 'left', opened: 3 });
  });

  it('is left with q, playing or paused', async () => {
    expect(await watch([[1500, 'q']])).toMatchObject({ end: 'left', tookMs: 1500 });
    const paused = await watch([
      [1500, 'space'],
      [9000, 'q'],
    ]);
    expect(paused.end).toBe('left');
    expect(textOf(paused)).toBe(`0\n1\n${keysLine}\r\x1b[K`);
  });

  it('does nothing for a step that is not paused, and draws its line again when asked', async () => {
    const watched = await watch([
      [100, '.'],
      [200, 'redraw'],
      [300, 'space'],
      [400, 'redraw'],
      [500, 'q'],
    ]);
    expect(textOf(watched)).toBe(`0\n${keysLine}\r\x1b[K${keysLine}\r\x1b[K`);
  });
});
