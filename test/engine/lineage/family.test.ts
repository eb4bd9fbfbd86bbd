import { describe, expect, it } from 'vitest';
import { type Family, gatherFamily, type Link } from '../../../src/engine/lineage/family.ts';
import { walkFamily } from '../../../src/engine/lineage/walk-family.ts';

/** `b<a`: b was forked from a; `b^a`: a has started b; `b<a^c`: both. */
function linksOf(...texts: string[]): Map<string, Link> {
  return new Map(
    texts.map((text) => {
      const [, id, forkedFrom, parent] = /^(\w+)(?:<(\w+))?(?:\^(\w+))?$/.exec(text) as RegExpExecArray;
      return [id as string, { forkedFrom: forkedFrom ?? null, parent: parent ?? null }];
    }),
  );
}

function gather(asked: string, links: Map<string, Link>, missing = ''): Family {
  return gatherFamily(asked, links, (id) => !missing.includes(id));
}

function drawn(family: Family): string[] {
  const places = walkFamily(family, (a, b) => (a < b ? -1 : 1));
  return [...places].map(({ threadId, depth, above, hasNext }) => {
    const stem = depth === 0 ? '' : hasNext ? '+' : '-';
    return above.map((goesOn) => (goesOn ? '|' : '.')).join('') + stem + threadId;
  });
}

describe('a family', () => {
  it('is a session alone when nothing comes from it', () => {
    const family = gather('a', linksOf('c<b'));
    expect(family).toMatchObject({ root: 'a', ancestors: [], members: ['a'], circles: [] });
  });

  it('is everything below the first, with what the ancestors have besides', () => {
    const family = gather('d', linksOf('b<a', 'c<a', 'd<b', 'e^b', 'f<d', 'y<x'));
    expect([family.root, family.ancestors, drawn(family)]).toEqual([
      'a',
      ['a', 'b'],
      ['a', '+b', '|+d', '||-f', '|-e', '-c'],
    ]);
  });

  it('puts a fork that was started by another one below what it was forked from', () => {
    expect(drawn(gather('c', linksOf('c<a^b')))).toEqual(['a', '-c']);
    expect(drawn(gather('c', linksOf('c<a^b'), 'a'))).toEqual(['b', '-c']);
  });

  it('begins with a session that is not there', () => {
    const family = gather('b', linksOf('b<a', 'c<a'), 'a');
    expect([family.root, family.ancestors, drawn(family)]).toEqual(['a', ['a'], ['a', '+b', '-c']]);
  });

  it.each([
    ['a', ['a<a']],
    ['a', ['a<b', 'b<a']],
    ['c', ['a<b', 'b<a', 'c<a']],
    ['d', ['a<b', 'b<c', 'c<a', 'd<c', 'e<d', 'f<b']],
  ])('with origins that run in a circle has everybody once (%s of %j)', (asked, texts) => {
    const family = gather(asked, linksOf(...texts));
    expect(family.circles).toHaveLength(1);
    const everybody = [...new Set(texts.join('').match(/[a-z]/g))].sort();
    expect(
      drawn(family)
        .map((line) => line.at(-1))
        .sort(),
    ).toEqual(everybody);
    expect([...family.members].sort()).toEqual(everybody);
  });

  it('may be deeper than the stack', () => {
    const links = new Map<string, Link>();
    for (let id = 1; id < 50_000; id++) links.set(`s${id}`, { forkedFrom: `s${id - 1}`, parent: null });
    const family = gatherFamily('s25000', links, () => true);
    expect([family.root, family.ancestors.length, family.members.length]).toEqual(['s0', 25_000, 50_000]);
    let depth = 0;
    for (const place of walkFamily(family, () => 0)) depth = place.depth;
    expect(depth).toBe(49_999);
  });
});
