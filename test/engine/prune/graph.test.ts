import { describe, expect, it } from 'vitest';
import { dependentsFirst } from '../../../src/engine/prune/families.ts';
import { type Graph, groupsOf, keepReferenced, referencesFrom } from '../../../src/engine/prune/graph.ts';
import type { Reference } from '../../../src/engine/prune/plan.ts';

/** `a>b` for: the history of a goes through b; `a:b` for: a has spawned b. */
function graphOf(...edges: string[]): Pick<Graph, 'needs'> {
  const needs: Graph['needs'] = new Map();
  const add = (from: string, to: string, how: Reference) => {
    const targets = needs.get(from) ?? new Map();
    needs.set(from, targets.set(to, (targets.get(to) ?? new Set()).add(how)));
  };
  for (const [from, kind, to] of edges as Iterable<[string, string, string]>) {
    if (kind === '>') add(from, to, 'history');
    else {
      add(to, from, 'spawned');
      add(from, to, 'parent');
    }
  }
  return { needs };
}

describe('keepReferenced', () => {
  it.each<[string[], string, string, string]>([
    [['b>a'], 'a', 'b', ''],
    [['c>b', 'b>a'], 'ab', 'c', ''],
    [['c>b', 'b>a'], 'bc', 'a', 'bc'],
    [['a:b'], 'a', 'b', ''],
    [['a:b'], 'b', 'a', ''],
    [['a>b', 'b>a'], 'ab', '', 'ab'],
    [['a>b', 'b>a', 'c>a'], 'ab', 'c', ''],
    [['a>a'], 'a', '', 'a'],
  ])('of %j, with %s to go and %s to stay, lets go %j', (edges, going, staying, left) => {
    const set = new Set(going);
    keepReferenced(set, staying, graphOf(...edges));
    expect([...set].join('')).toBe(left);
  });

  it('goes through a chain of a hundred thousand forks', () => {
    const ids = Array.from({ length: 100_000 }, (_, index) => String(index));
    const needs: Graph['needs'] = new Map(
      ids.slice(1).map((id, index) => [id, new Map([[String(index), new Set<Reference>(['history'])]])]),
    );
    const going = new Set(ids.slice(0, -1));
    keepReferenced(going, ['99999'], { needs });
    expect(going.size).toBe(0);
    const dependents = new Map(ids.slice(0, -1).map((id, index) => [id, [String(index + 1)]]));
    expect(dependentsFirst(ids, dependents)[0]).toBe('99999');
  });
});

describe('referencesFrom', () => {
  it('names all that stay and need a session, by how they do', () => {
    expect(referencesFrom(['c', 'b', 'p'], graphOf('b>a', 'c>a', 'a:c', 'p:a')).get('a')).toEqual([
      { code: 'referenced', how: 'history', by: ['b', 'c'] },
      { code: 'referenced', how: 'spawned', by: ['c'] },
      { code: 'referenced', how: 'parent', by: ['p'] },
    ]);
  });
});

describe('groups', () => {
  it('hold what is connected, and what needs another stands first', () => {
    const edges = graphOf('c>b', 'b>a', 'e>d');
    const groups = groupsOf(['a', 'b', 'c', 'd', 'e', 'f'], (id) => edges.needs.get(id)?.keys() ?? []);
    expect(groups.map((group) => [...group].sort().join(''))).toEqual(['abc', 'de', 'f']);
    expect(
      dependentsFirst(
        ['a', 'b', 'c'],
        new Map([
          ['a', ['b']],
          ['b', ['c']],
        ]),
      ),
    ).toEqual(['c', 'b', 'a']);
  });
});
