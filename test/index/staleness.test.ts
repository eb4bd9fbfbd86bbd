import { describe, expect, it } from 'vitest';
import { type StaleMark, Staleness } from '../../src/index/staleness.ts';
import { idOf } from '../builders.ts';
import { makeDatabase } from './thread-rows.ts';

function threadsOf(staleness: Staleness): string[] {
  return staleness.some(10).map(({ threadId }) => threadId);
}

describe('a row', () => {
  it('is stale from mark to unmark, however often it is marked', () => {
    const staleness = new Staleness(makeDatabase());
    for (const number of [1, 2, 2, 3]) staleness.mark(idOf(number));
    expect(staleness.count()).toBe(3);
    expect(staleness.some(2).length).toBe(2);
    const [, second] = staleness.some(10) as [StaleMark, StaleMark];
    expect(staleness.unmark(second)).toBe(true);
    expect(staleness.unmark(second)).toBe(false);
    expect(threadsOf(staleness)).toEqual([idOf(3), idOf(1)]);
  });

  it('stays stale when it was marked again since', () => {
    const staleness = new Staleness(makeDatabase());
    staleness.mark(idOf(1));
    const [first] = staleness.some(1) as [StaleMark];
    staleness.setDependencies(idOf(1), [idOf(50)]);
    staleness.markDependents(idOf(50));
    expect(staleness.unmark(first)).toBe(false);
    expect(threadsOf(staleness)).toEqual([idOf(1)]);
  });

  it('is stale when a rollout changes that it depends on, and no other', () => {
    const staleness = new Staleness(makeDatabase());
    staleness.setDependencies(idOf(1), [idOf(50), idOf(51), idOf(50)]);
    staleness.setDependencies(idOf(2), [idOf(51)]);
    staleness.setDependencies(idOf(3), []);
    staleness.markDependents(idOf(50));
    expect(threadsOf(staleness)).toEqual([idOf(1)]);
    staleness.markDependents(idOf(51));
    expect(threadsOf(staleness)).toEqual([idOf(2), idOf(1)]);
  });

  it('depends on what was named last', () => {
    const staleness = new Staleness(makeDatabase());
    staleness.setDependencies(idOf(1), [idOf(50)]);
    staleness.setDependencies(idOf(1), [idOf(51)]);
    staleness.markDependents(idOf(50));
    expect(staleness.count()).toBe(0);
    staleness.markDependents(idOf(51));
    expect(staleness.count()).toBe(1);
  });
});
