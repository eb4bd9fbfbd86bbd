import { describe, expect, it } from 'vitest';
import type { Event, EventMsg } from '../../src/model/event.ts';
import { RollbackTracker, rollbackLookup } from '../../src/model/rollback.ts';

/** Turns of two events each, numbered as they come; `-2` is a rollback of two, `.` an event outside of turns. */
function rolledBack(...story: (string | number)[]): number[] {
  const tracker = new RollbackTracker();
  let seq = 0;
  let turn = 0;
  const events: Event[] = [];
  const add = (msg: EventMsg, more: Partial<Event> = {}) =>
    events.push({ thread_id: 't', seq: seq++, timestamp: null, turn, type: 'EventMsg', msg, ...more } as Event);
  for (const step of story) {
    if (typeof step === 'number') add({ type: 'ThreadRolledBack', num_turns: -step });
    else if (step === '.') add({ type: 'AgentMessage', text: '' });
    else {
      turn++;
      const more = step === 'reverted' ? { rolled_back: true as const } : {};
      if (step !== 'silent') add({ type: 'TurnStarted' }, more);
      if (step === 'silent') add({ type: 'AgentMessage', text: '' }, more);
      else add({ type: 'UserMessage', text: step }, more);
    }
  }
  for (const event of events) tracker.observe(event);
  const isRolledBack = rollbackLookup(tracker.ranges);
  return events.map((event) => event.seq).filter((at) => isRolledBack(at));
}

describe('a rollback', () => {
  it('drops the last turns, and not itself', () => {
    expect(rolledBack('a', 'b', 'c', -1)).toEqual([4, 5]);
    expect(rolledBack('a', 'b', 'c', -2)).toEqual([2, 3, 4, 5]);
  });

  it('drops all that was recorded since', () => {
    expect(rolledBack('a', 'b', '.', '.', -1)).toEqual([2, 3, 4, 5]);
  });

  it('of more turns than there are drops them all, and what stands before the first stays', () => {
    expect(rolledBack('.', 'a', 'b', -9)).toEqual([1, 2, 3, 4]);
    expect(rolledBack('.', -1)).toEqual([]);
    expect(rolledBack(-1, 'a')).toEqual([]);
  });

  it('counts turns that are still there', () => {
    expect(rolledBack('a', 'b', 'c', -1, 'd', -2)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(rolledBack('a', 'b', 'c', -1, -1)).toEqual([2, 3, 4, 5, 6]);
    expect(rolledBack('a', -1, 'b', -1, 'c')).toEqual([0, 1, 3, 4]);
  });

  it('counts turns of the user only', () => {
    expect(rolledBack('a', 'silent', -1)).toEqual([0, 1, 2]);
  });

  it('does not count what was reverted', () => {
    expect(rolledBack('a', 'reverted', -1)).toEqual([0, 1, 2, 3]);
  });

  it.each([0, 3, Number.NaN])('of %d turns drops nothing', (turns) => {
    expect(rolledBack('a', turns)).toEqual([]);
  });

  it('keeps ranges apart, so that a lookup takes no time', () => {
    const tracker = new RollbackTracker();
    for (let turn = 1; turn <= 30_000; turn++) {
      const head = { thread_id: null, timestamp: null, turn, type: 'EventMsg' } as const;
      tracker.observe({ ...head, seq: turn * 2, msg: { type: 'UserMessage', text: '' } });
      if (turn > 1)
        tracker.observe({ ...head, seq: turn * 2 + 1, msg: { type: 'ThreadRolledBack', num_turns: turn % 3 } });
    }
    const { ranges } = tracker;
    expect(ranges.every((range, index) => range.from < range.to && (ranges[index - 1]?.to ?? 0) <= range.from)).toBe(
      true,
    );
  });
});
