import { describe, expect, it } from 'vitest';
import { judge, type KeepRules, type Policy, type PolicyFamily } from '../../../src/engine/prune/policy.ts';

const family = (id: string, time: string | null, ...others: string[]): PolicyFamily => ({
  ...{ roots: [id], members: [id, ...others], ageMs: time === null ? null : Date.parse(time) },
});
const all: Policy['tests'][number] = { code: 'older-than', detail: '0d', asks: 'itself', passes: () => true };

function keptOf(families: PolicyFamily[], keep: KeepRules): { [id: string]: string[] } {
  const judged = judge(families, { tests: [all], keep, maxTotal: null });
  return Object.fromEntries(
    [...judged].flatMap(([id, { kept }]) => (kept.length > 0 ? [[id, kept.map(({ code }) => code)]] : [])),
  );
}

describe('the rules that keep', () => {
  const families = [
    family('a', '2026-11-22T10:00:00Z'),
    family('b', '2026-11-22T09:00:00Z'),
    family('c', '2026-11-21T23:59:59.999Z'),
    family('d', '2026-11-15T00:00:00Z'),
    family('e', '2026-10-31T12:00:00Z'),
    family('f', '2025-12-31T12:00:00Z'),
  ];

  it.each<[KeepRules, string]>([
    [{ last: 1 }, 'a'],
    [{ last: 3 }, 'abc'],
    [{ last: 9 }, 'abcdef'],
    [{ within: 0 }, 'a'],
    [{ within: 3_600_000 }, 'ab'],
    [{ within: 3_599_999 }, 'a'],
    [{ daily: 1 }, 'a'],
    [{ daily: 2 }, 'ac'],
    [{ daily: 3 }, 'acd'],
    // 2026-11-22 is a Sunday, so the 15th belongs to the week before.
    [{ weekly: 2 }, 'ad'],
    [{ weekly: 3 }, 'ade'],
    [{ monthly: 2 }, 'ae'],
    [{ monthly: 3 }, 'aef'],
    [{ last: 2, monthly: 2 }, 'abe'],
  ])('%j keeps %s', (rules, kept) => {
    expect(Object.keys(keptOf(families, rules)).sort().join('')).toBe(kept);
  });

  it('each say that they keep a session', () => {
    expect(keptOf(families, { last: 1, within: 0, daily: 1, weekly: 1, monthly: 1 })).toEqual({
      a: ['keep-last', 'keep-within', 'keep-daily', 'keep-weekly', 'keep-monthly'],
    });
  });

  it('count a session with its sub-agents once, and not one whose age is unknown', () => {
    const some = [
      family('a', '2026-11-22T10:00:00Z', 'a1', 'a2'),
      family('b', '2026-11-20T10:00:00Z'),
      family('z', null),
    ];
    expect(Object.keys(keptOf(some, { last: 2 }))).toEqual(['a', 'a1', 'a2', 'b']);
  });

  it('look at what was selected only, and what they do not keep goes for that reason, too', () => {
    const tests: Policy['tests'] = [{ code: 'name', detail: 'x*', asks: 'root', passes: (id) => id !== 'a' }];
    const judged = judge(families.slice(0, 3), { tests, keep: { last: 1 }, maxTotal: null });
    expect(judged.get('a')).toEqual({ isSelected: false, kept: [{ code: 'not-selected' }], selectedBy: [] });
    expect(judged.get('b')?.kept).toEqual([{ code: 'keep-last' }]);
    expect(judged.get('c')).toEqual({
      ...{ isSelected: true, kept: [] },
      selectedBy: [{ code: 'name', detail: 'x*' }, { code: 'not-kept' }],
    });
  });
});

describe('a sub-agent', () => {
  it('is tested by its root where it has nothing to say itself, for itself where it has, or by either', () => {
    const judged = (asks: Policy['tests'][number]['asks'], passing: string) =>
      judge([family('a', '2026-11-22T10:00:00Z', 'b')], {
        ...{ tests: [{ code: 'cwd', asks, passes: (id) => id === passing }], keep: {}, maxTotal: null },
      }).get('b')?.isSelected;
    expect([judged('root', 'a'), judged('root', 'b')]).toEqual([true, false]);
    expect([judged('itself', 'a'), judged('itself', 'b')]).toEqual([false, true]);
    expect([judged('either', 'a'), judged('either', 'b'), judged('either', 'c')]).toEqual([true, true, false]);
  });
});
