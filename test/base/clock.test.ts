import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';

describe('systemClock.sleep', () => {
  it('waits', async () => {
    const before = performance.now();
    await systemClock.sleep(30);
    expect(performance.now() - before).toBeGreaterThanOrEqual(28);
  });

  it('ends at once when the signal fires, before or during the sleep', async () => {
    const stop = new AbortController();
    const asleep = systemClock.sleep(60_000, stop.signal);
    stop.abort();
    await asleep;
    await systemClock.sleep(60_000, stop.signal);
    expect(stop.signal.aborted).toBe(true);
  });
});
