import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/base/io.ts';
import type { Event } from '../../../src/model/event.ts';
import { Playback } from '../../../src/tui/replay/playback.ts';
import { playTime, replayStatus } from '../../../src/tui/replay/replay-status.ts';
import { Timeline } from '../../../src/tui/replay/timeline.ts';

describe('a timeline', () => {
  it('has a frame for each event that shows something, and a chapter for each turn', () => {
    const timeline = new Timeline((time) => (time === null ? 0 : 100));
    timeline.add(event(0), 1);
    timeline.add(event(0), 1);
    timeline.add(event(1), 3);
    timeline.add(event(1), 4);
    timeline.add(event(2), 5);
    timeline.add(event(1), 6);
    timeline.add(null, 7);
    const frames = Array.from({ length: timeline.count }, (_, frame) => [
      timeline.endAt(frame),
      timeline.timeAt(frame),
      timeline.chapterAt(frame),
      timeline.turnAt(frame),
    ]);
    expect(frames).toEqual([
      [1, 100, 0, 0],
      [3, 200, 1, 1],
      [4, 300, 1, 1],
      [5, 400, 2, 2],
      [6, 500, 3, 1],
      // What is said at the end belongs to the turn before, and is said at once.
      [7, 500, 3, 1],
    ]);
    expect([0, 1, 2, 3].map((chapter) => timeline.beginOf(chapter))).toEqual([0, 1, 3, 4]);
    timeline.add(null, 7);
    expect(timeline.count).toBe(6);
  });

  it('takes what is no time, no turn and no session', () => {
    const timeline = new Timeline((time) => (time === null ? 0 : 100));
    timeline.add({ type: 'Unknown', timestamp: 7, turn: 'x', thread_id: {} } as unknown as Event, 1);
    expect([timeline.timeAt(0), timeline.turnAt(0), timeline.endAt(-1)]).toEqual([0, 0, 0]);
  });

  it('has room for many frames', () => {
    const timeline = new Timeline(() => 0.5);
    for (let at = 0; at < 5000; at++) timeline.add(event(at), at + 1);
    expect([timeline.count, timeline.timeAt(4999), timeline.beginOf(4999), timeline.turns]).toEqual([
      5000, 2500, 4999, 4999,
    ]);
  });
});

describe('a playback', () => {
  it('shows each frame when it is due, at its speed', async () => {
    const { playback, clock } = play(2);
    await clock.pass(0);
    expect(playback.end).toBe(1);
    await clock.pass(480);
    expect(playback.end).toBe(1);
    await clock.pass(40);
    expect([playback.end, playback.turn]).toEqual([2, 1]);
    await clock.pass(1500);
    expect(playback.end).toBe(5);
    playback.setSpeed(4);
    await clock.pass(500);
    expect([playback.end, playback.isOver]).toEqual([7, false]);
    await clock.pass(5000);
    expect([playback.end, playback.isOver, playback.at]).toEqual([9, true, 8000]);
  });

  it('stands still while it is paused, but for steps, and goes on where it was', async () => {
    const { playback, clock } = play(1);
    await clock.pass(700);
    playback.pause(true);
    await clock.pass(60_000);
    expect([playback.end, Math.round(playback.at / 100)]).toEqual([1, 7]);
    playback.step();
    playback.step();
    expect([playback.end, playback.at]).toEqual([3, 2000]);
    playback.pause(false);
    await clock.pass(900);
    expect(playback.end).toBe(3);
    await clock.pass(150);
    expect(playback.end).toBe(4);
  });

  it('goes by turns', async () => {
    const { playback, clock } = play(1);
    await clock.pass(0);
    playback.next();
    expect([playback.end, playback.turn]).toEqual([2, 1]);
    playback.next();
    expect([playback.end, playback.turn]).toEqual([6, 2]);
    playback.pause(true);
    playback.step();
    await clock.pass(1100);
    playback.back();
    expect(playback.end).toBe(6);
    playback.back();
    expect([playback.end, playback.turn]).toEqual([2, 1]);
    playback.back();
    playback.back();
    expect(playback.end).toBe(1);
    playback.next();
    playback.next();
    playback.next();
    playback.next();
    expect([playback.end, playback.isOver]).toEqual([9, true]);
    await clock.pass(1100);
    playback.back();
    expect([playback.end, playback.turn, playback.isOver]).toEqual([6, 2, false]);
  });

  it('waits for what is not read yet, and does not wait a second time for what was due', async () => {
    const timeline = new Timeline(() => 1000);
    const { playback, clock, changes } = play(1, timeline);
    await clock.pass(10_000);
    expect([playback.end, playback.isOver]).toEqual([0, false]);
    timeline.add(event(0), 1);
    playback.grown();
    await clock.pass(0);
    expect(playback.end).toBe(1);
    await clock.pass(5000);
    timeline.add(event(1), 2);
    playback.grown();
    await clock.pass(960);
    expect(playback.end).toBe(1);
    await clock.pass(80);
    expect(playback.end).toBe(2);
    // Whoever goes on to what is not read yet is brought there.
    playback.pause(true);
    playback.next();
    timeline.add(event(1), 3);
    timeline.add(event(2), 4);
    timeline.add(event(2), 5);
    playback.grown();
    await clock.pass(0);
    expect(playback.end).toBe(4);
    const before = changes();
    timeline.isComplete = true;
    playback.step();
    expect([playback.isOver, changes() > before]).toEqual([true, true]);
  });

  it('goes on where it was after the program was stopped for hours', async () => {
    const { playback, clock } = play(0.1);
    await clock.pass(500);
    clock.leap(3_600_000);
    await clock.pass(0);
    expect(playback.end).toBe(1);
    await clock.pass(10_000);
    expect(playback.end).toBe(2);
  });

  it('keeps its speed within what makes sense', () => {
    const { playback } = play(1);
    playback.setSpeed(1e9);
    expect(playback.speed).toBe(1024);
    playback.setSpeed(0);
    expect(playback.speed).toBe(1 / 1024);
  });

  it('ends when it is closed', async () => {
    const { playback, clock, changes } = play(1);
    await clock.pass(500);
    playback.close();
    const before = changes();
    await clock.pass(60_000);
    expect([playback.end, changes()]).toEqual([1, before]);
  });
});

describe('what is told of a replay', () => {
  it('is where it is, how long it is, and how fast', () => {
    const facts = {
      isPaused: false,
      isOver: false,
      turn: 2,
      turns: 3,
      at: 61_500,
      length: 3_723_000,
      isReading: false,
    };
    expect(replayStatus({ ...facts, speed: 1 })).toEqual(['playing', 'turn 2 of 3', '1:01 of 1:02:03']);
    expect(replayStatus({ ...facts, speed: 0.333_333_3, isPaused: true, isReading: true })).toEqual([
      'paused',
      'turn 2 of 3+',
      '1:01 of 1:02:03+',
      'speed 0.333',
    ]);
    expect(replayStatus({ ...facts, speed: 1, isPaused: true, isOver: true, turns: 0 })[0]).toBe('end');
    expect(playTime(0)).toBe('0:00');
  });
});

/** Nine frames, a second apart: one before the first turn, four of each of two. */
function nineFrames(): Timeline {
  let isFirst = true;
  const timeline = new Timeline(() => {
    const delay = isFirst ? 0 : 1000;
    isFirst = false;
    return delay;
  });
  [0, 1, 1, 1, 1, 2, 2, 2, 2].forEach((turn, at) => {
    timeline.add(event(turn), at + 1);
  });
  timeline.isComplete = true;
  return timeline;
}

function play(speed: number, timeline = nineFrames()) {
  const clock = new HandClock();
  let changes = 0;
  const playback = new Playback(timeline, speed, clock, () => changes++);
  void playback.run();
  return { playback, clock, changes: () => changes };
}

function event(turn: number): Event {
  return { type: 'EventMsg', timestamp: 'now', turn, thread_id: 't' } as unknown as Event;
}

class HandClock implements Clock {
  #now = 1_000_000;
  readonly #sleepers = new Set<{ until: number; wake: () => void }>();

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const sleeper = { until: this.#now + ms, wake };
      const sleepers = this.#sleepers;
      function wake() {
        sleepers.delete(sleeper);
        resolve();
      }
      sleepers.add(sleeper);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  /** Lets time go by, waking whoever sleeps when it is due. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      for (let rounds = 0; rounds < 20; rounds++) await null;
      const next = [...this.#sleepers].sort((a, b) => a.until - b.until)[0];
      if (!next || next.until > end) break;
      this.#now = Math.max(this.#now, next.until);
      next.wake();
    }
    this.#now = Math.max(this.#now, end);
    for (let rounds = 0; rounds < 20; rounds++) await null;
  }

  /** Time goes by that nobody saw. */
  leap(ms: number): void {
    this.#now += ms;
  }
}
