import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/base/io.ts';
import type { HitList } from '../../../src/tui/transcript/hit-list.ts';
import { HitSearch } from '../../../src/tui/transcript/hit-search.ts';
import type { Needle } from '../../../src/tui/transcript/hits.ts';

describe('a search', () => {
  it('of what is typed waits for the next letter, and looks for the last text alone', async () => {
    const desk = new Desk();
    desk.search.start(needle('a'), true);
    desk.search.start(needle('ab'), true);
    await settle();
    expect(desk.asked).toEqual([]);
    desk.wake();
    await settle();
    expect(desk.asked.map(({ text }) => text)).toEqual(['ab']);
    desk.answer();
    await settle();
    expect(desk.found).toBe(1);
  });

  it('that runs goes on when it is entered, and one that waits begins', async () => {
    const desk = new Desk();
    const wanted = needle('a');
    desk.search.start(wanted, true);
    desk.search.start(wanted, false);
    await settle();
    expect(desk.asked).toHaveLength(1);
    desk.search.start(wanted, false);
    await settle();
    expect(desk.asked).toHaveLength(1);
    desk.answer();
    await settle();
    expect(desk.found).toBe(1);
  });

  it('is stopped by another one, and by none', async () => {
    const desk = new Desk();
    desk.search.start(needle('a'), false);
    await settle();
    const first = desk.signal;
    desk.search.start(needle('b'), false);
    expect(first?.aborted).toBe(true);
    await settle();
    desk.search.start(null, false);
    expect(desk.signal?.aborted).toBe(true);
    desk.answer();
    await settle();
    expect(desk.found).toBe(0);
  });
});

class Desk {
  readonly asked: Needle[] = [];
  found = 0;
  signal: AbortSignal | null = null;
  wake = () => {};
  answer = () => {};
  readonly search: HitSearch;

  constructor() {
    const clock: Clock = {
      now: () => 0,
      sleep: (_, signal) =>
        new Promise((resolve) => {
          this.wake = resolve;
          signal?.addEventListener('abort', () => resolve());
        }),
    };
    const search = (wanted: Needle, _: boolean, signal: AbortSignal) => {
      this.asked.push(wanted);
      this.signal = signal;
      return new Promise<HitList>((resolve) => {
        this.answer = () => resolve({ needle: wanted, blocks: [], before: [], total: 0, prelude: null });
      });
    };
    this.search = new HitSearch({
      ...{ reader: { search }, clock, isPlain: true, limit: () => Infinity },
      onFound: () => void this.found++,
    });
  }
}

function needle(text: string): Needle {
  return { text, isExact: false };
}

async function settle(): Promise<void> {
  for (let rounds = 0; rounds < 10; rounds++) await new Promise((resolve) => setImmediate(resolve));
}
