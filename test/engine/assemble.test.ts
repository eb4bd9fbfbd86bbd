import { describe, expect, it } from 'vitest';
import { Assembler, type Origin } from '../../src/engine/assemble.ts';
import type { EventBody } from '../../src/model/event.ts';
import { Verbatim } from '../../src/model/verbatim.ts';

const started: EventBody = { type: 'EventMsg', msg: { type: 'TurnStarted' } };
const said: EventBody = { type: 'EventMsg', msg: { type: 'UserMessage', text: 'x' } };
const other: EventBody = { type: 'Unknown', record_type: 'world_state', raw: new Verbatim('{}') };
const compacted: EventBody = { type: 'Compacted', compacted: new Verbatim('{}') };

const at = (line: number, bytes = 100): Origin => ({ dialect: 'envelope', timestamp: null, line, bytes });

describe('events', () => {
  it('are handed on at once, but after a start only when its turn is known', () => {
    const assembler = new Assembler('t');
    expect(assembler.add(other, at(1)).length).toBe(1);
    expect(assembler.add(started, at(2))).toEqual([]);
    expect(assembler.add(other, at(3))).toEqual([]);
    expect(assembler.add(said, at(4)).map(({ turn, seq, line }) => [turn, seq, line])).toEqual([
      [1, 1, 2],
      [1, 2, 3],
      [1, 3, 4],
    ]);
    expect(assembler.turns).toBe(1);
    expect(assembler.finish()).toEqual([]);
  });

  it('of a start that was a compaction go to the turn before, when the next one starts', () => {
    const assembler = new Assembler('t');
    for (const body of [started, said]) assembler.add(body, at(1));
    for (const body of [started, compacted]) expect(assembler.add(body, at(2))).toEqual([]);
    expect(assembler.add(started, at(3)).map(({ turn }) => turn)).toEqual([1, 1]);
    expect(assembler.finish().map(({ turn }) => turn)).toEqual([2]);
  });

  it('wait for no more than so many lines', () => {
    const assembler = new Assembler(null);
    assembler.add(started, at(1));
    let held = 1;
    while (assembler.add(other, at(held + 1)).length === 0) held++;
    expect(held).toBeLessThan(300);
  });

  it('wait for no more than so many bytes', () => {
    const assembler = new Assembler(null);
    assembler.add(started, at(1));
    let held = 1;
    while (assembler.add(other, at(held + 1, 1024 * 1024)).length === 0) held++;
    expect(held).toBeLessThan(8);
    // What comes then is no longer waited for.
    expect(assembler.add(other, at(99)).map(({ turn }) => turn)).toEqual([1]);
  });
});
