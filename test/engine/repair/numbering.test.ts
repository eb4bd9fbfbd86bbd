import { describe, expect, it } from 'vitest';
import { Numbering } from '../../../src/engine/repair/numbering.ts';

/** Numbers as they are recorded: null for a record without one, `x` for a damaged line, `X` for a hole. */
type Step = number | null | 'x' | 'X' | '+';

describe('the ordinals of a repaired file', () => {
  const cases: [string, Step[], number[]][] = [
    ['stay', [0, 1, 2], [0, 1, 2]],
    ['stay where one is missing and left room', [0, null, 2], [0, 1, 2]],
    ['move up behind one without room', [0, null, 1, 2], [0, 1, 2, 3]],
    ['go on behind the last one', [0, 1, null, null], [0, 1, 2, 3]],
    ['close up behind a damaged line', [0, 'x', 2, 3], [0, 1, 2]],
    ['stay behind a line that had none', [0, 'x', 1, 2], [0, 1, 2]],
    ['close up behind a hole, however many it took', [0, 'X', 9, 10], [0, 1, 2]],
    ['keep a gap that nothing accounts for', [0, 1, 7, 8], [0, 1, 7, 8]],
    ['keep what a damaged line does not account for', [0, 'x', 7, 8], [0, 6, 7]],
    ['of two writers follow each other', [0, 1, 2, 1, 3, 2, 4, 3], [0, 1, 2, 3, 4, 5, 6, 7]],
    ['that go back are made to go on', [0, 1, 9, 6, 10], [0, 1, 9, 10, 11]],
    ['take the number that was left out', [0, 1, 1, 3, 4], [0, 1, 2, 3, 4]],
    ['make room for what is put in', [0, 1, '+', 2, 3], [0, 1, 2, 3, 4]],
    ['keep a gap behind what is put in', [0, '+', 5, 6], [0, 1, 6, 7]],
  ];
  it.each(cases)('%s', (_, recorded, wanted) => {
    expect(numbered(new Numbering(0), recorded)).toEqual(wanted);
  });

  it('begin where the base ends', () => {
    expect(numbered(new Numbering(43), [43, null, 45])).toEqual([43, 44, 45]);
    expect(numbered(new Numbering(43), [42, 43])).toEqual([43, 44]);
  });

  it('say why they are others', () => {
    const numbering = new Numbering(0);
    const rules = [0, 1, 1, 2, null].map((ordinal) => numbering.number(ordinal).rule);
    expect(rules).toEqual([null, null, 'ORDINAL-REUSE', 'ORDINAL-REUSE', 'ORDINAL-MISSING']);
    expect(new Numbering(5).number(3)).toEqual({ ordinal: 5, rule: 'ORDINAL-REUSE' });
    const back = new Numbering(0);
    back.number(9);
    expect(back.number(4)).toEqual({ ordinal: 10, rule: 'ORDINAL-BACK' });
  });
});

function numbered(numbering: Numbering, steps: Step[]): number[] {
  return steps.flatMap((step) => {
    if (step === 'x' || step === 'X') {
      numbering.lose(step === 'x' ? 'record' : 'records');
      return [];
    }
    return [step === '+' ? numbering.insert('CALL-WITHOUT-RESULT') : numbering.number(step).ordinal];
  });
}
