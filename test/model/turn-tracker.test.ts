import { describe, expect, it } from 'vitest';
import { type TurnSignal, TurnTracker } from '../../src/model/turn-tracker.ts';

/** The turn of each signal, told when it is settled: as the published stream numbers its events. */
function turnsOf(...signals: TurnSignal[]): number[] {
  const tracker = new TurnTracker();
  const turns: number[] = [];
  let held = 0;
  const release = () => {
    for (; held > 0; held--) turns.push(tracker.turn);
  };
  for (const signal of signals) {
    if (tracker.observe(signal) === 'before') release();
    held++;
    if (tracker.settled) release();
  }
  tracker.finish();
  release();
  return turns;
}

describe('where starts are recorded', () => {
  it('a turn goes from its start to the next one', () => {
    expect(
      turnsOf(
        'other',
        'start',
        'other',
        'user-item',
        'user-event',
        'answer',
        'end',
        'other',
        'start',
        'user-item',
        'end',
      ),
    ).toEqual([0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2]);
  });

  it('a message in a turn steers it, and is no other', () => {
    expect(turnsOf('start', 'user-item', 'user-event', 'answer', 'user-item', 'user-event', 'answer', 'end')).toEqual(
      Array(8).fill(1),
    );
  });

  it('an aborted turn is one', () => {
    expect(turnsOf('start', 'user-event', 'end', 'start', 'user-event', 'end')).toEqual([1, 1, 1, 2, 2, 2]);
  });

  it('a turn in which nothing is said is one', () => {
    expect(turnsOf('start', 'end', 'start', 'other', 'end')).toEqual([1, 1, 2, 2, 2]);
    expect(turnsOf('start', 'start', 'start')).toEqual([1, 2, 3]);
    expect(turnsOf('start')).toEqual([1]);
  });

  it('a turn that was never ended is one', () => {
    expect(turnsOf('start', 'user-event', 'answer', 'start', 'user-event')).toEqual([1, 1, 1, 2, 2]);
  });

  it('a compaction alone is none, and belongs to the turn before', () => {
    expect(
      turnsOf('start', 'user-event', 'end', 'start', 'other', 'compaction', 'compaction', 'end', 'start', 'user-event'),
    ).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 2, 2]);
    expect(turnsOf('start', 'compaction')).toEqual([0, 0]);
    expect(turnsOf('start', 'compaction', 'start', 'user-event')).toEqual([0, 0, 1, 1]);
  });

  it('a compaction within a turn leaves it one', () => {
    expect(turnsOf('start', 'compaction', 'user-event', 'end')).toEqual([1, 1, 1, 1]);
    expect(turnsOf('start', 'user-event', 'compaction', 'answer', 'end')).toEqual([1, 1, 1, 1, 1]);
    expect(turnsOf('start', 'compaction', 'answer', 'end')).toEqual([1, 1, 1, 1]);
  });

  it('a message item outside of turns is context, an event is a turn', () => {
    expect(turnsOf('start', 'user-event', 'end', 'user-item', 'start', 'user-event')).toEqual([1, 1, 1, 1, 2, 2]);
    expect(turnsOf('start', 'user-event', 'end', 'user-event', 'answer')).toEqual([1, 1, 1, 2, 2]);
  });
});

describe('where nothing marks a turn', () => {
  it('it begins at a message, of which item and event are halves in either order', () => {
    expect(turnsOf('other', 'user-item', 'user-event', 'answer', 'user-item', 'user-event', 'answer')).toEqual([
      0, 1, 1, 1, 2, 2, 2,
    ]);
    expect(turnsOf('user-event', 'user-item', 'answer', 'user-event', 'user-item')).toEqual([1, 1, 1, 2, 2]);
  });

  it('pairs that follow each other are turns of their own', () => {
    expect(turnsOf('user-item', 'user-event', 'user-item', 'user-event')).toEqual([1, 1, 2, 2]);
    expect(turnsOf('user-event', 'user-item', 'user-event', 'user-item')).toEqual([1, 1, 2, 2]);
  });

  it('halves without the other are turns', () => {
    expect(turnsOf('user-item', 'answer', 'user-item', 'answer')).toEqual([1, 1, 2, 2]);
    expect(turnsOf('user-event', 'user-event', 'answer')).toEqual([1, 2, 2]);
    expect(turnsOf('user-item', 'user-item')).toEqual([1, 2]);
    expect(turnsOf('user-event', 'answer', 'user-item')).toEqual([1, 1, 2]);
  });

  it('a compaction is none', () => {
    expect(turnsOf('user-item', 'user-event', 'answer', 'compaction', 'user-item')).toEqual([1, 1, 1, 1, 2]);
    expect(turnsOf('compaction', 'compaction')).toEqual([0, 0]);
  });

  it('an abort ends none that was not begun', () => {
    expect(turnsOf('end', 'user-item', 'user-event', 'end', 'user-item', 'user-event')).toEqual([0, 1, 1, 1, 2, 2]);
  });
});

describe('a thread that an older version began', () => {
  it('goes on counting where starts begin to be recorded', () => {
    expect(turnsOf('user-item', 'user-event', 'answer', 'start', 'user-item', 'user-event', 'end')).toEqual([
      1, 1, 1, 2, 2, 2, 2,
    ]);
  });
});

describe('a picture without words', () => {
  it('belongs to the turn in which the model asked to see it', () => {
    expect(turnsOf('user-item', 'user-event', 'view', 'other', 'picture', 'answer')).toEqual(Array(6).fill(1));
    expect(turnsOf('user-item', 'view', 'view', 'other', 'other', 'picture', 'picture', 'user-item')).toEqual([
      ...Array(7).fill(1),
      2,
    ]);
  });

  it('begins a turn when nobody asked to see it', () => {
    expect(turnsOf('picture', 'user-event', 'answer', 'picture', 'user-event')).toEqual([1, 1, 1, 2, 2]);
    expect(turnsOf('user-item', 'view', 'user-item', 'answer', 'picture')).toEqual([1, 1, 2, 2, 3]);
  });

  it('and changes nothing where starts are recorded', () => {
    expect(turnsOf('start', 'user-item', 'view', 'picture', 'end', 'start', 'picture', 'view', 'end')).toEqual([
      1, 1, 1, 1, 1, 2, 2, 2, 2,
    ]);
  });
});
