import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrangeTree } from '../../../src/engine/listing/arrange-tree.ts';
import type { ThreadRow } from '../../../src/model/thread-row.ts';

describe('sessions as a tree', () => {
  it('puts forks and sub-agents below where they come from, in the order they came in', () => {
    const rows = [
      row('newest'),
      row('fork', { forked_from_id: 'old' }),
      row('agent', { parent_thread_id: 'fork' }),
      row('second fork', { forked_from_id: 'old' }),
      row('old'),
    ];
    expect(drawn(rows)).toEqual(['newest', 'old', '├─fork', '│ └─agent', '└─second fork']);
  });

  it('leaves a session at the root whose origin is not listed', () => {
    expect(drawn([row('fork', { forked_from_id: 'elsewhere' })])).toEqual(['fork']);
  });

  it('cuts a circle where it comes first', () => {
    const rows = [
      row('a', { forked_from_id: 'b' }),
      row('b', { forked_from_id: 'a' }),
      row('own child', { forked_from_id: 'own child' }),
    ];
    expect(drawn(rows)).toEqual(['own child', 'a', '└─b']);
  });

  it('draws a chain of forks that is longer than the stack', () => {
    const rows = Array.from({ length: 50_000 }, (_, index) => row(`${index}`, { forked_from_id: `${index - 1}` }));
    const branches = [...arrangeTree(rows)];
    expect(branches.map((branch) => branch.row.thread_id)).toEqual(rows.map(({ thread_id }) => thread_id));
    expect(Math.max(...branches.map(({ above }) => above.length))).toBeLessThan(20);
  });

  it('gives every session once, whatever they come from', () => {
    const origins = fc.array(fc.option(fc.integer({ min: 0, max: 20 }), { nil: null }), { maxLength: 20 });
    fc.assert(
      fc.property(origins, (from) => {
        const rows = from.map((origin, index) =>
          row(`${index}`, { forked_from_id: origin === null ? null : `${origin}` }),
        );
        const given = [...arrangeTree(rows)].map((branch) => branch.row.thread_id);
        expect(given.sort()).toEqual(rows.map(({ thread_id }) => thread_id).sort());
      }),
    );
  });
});

function drawn(rows: ThreadRow[]): string[] {
  return [...arrangeTree(rows)].map((branch) => {
    const lines = branch.above.map((goesOn) => (goesOn ? '│ ' : '  ')).join('');
    return branch.isRoot ? branch.row.thread_id : `${lines}${branch.hasNext ? '├─' : '└─'}${branch.row.thread_id}`;
  });
}

function row(id: string, origin: Partial<ThreadRow> = {}): ThreadRow {
  return { thread_id: id, forked_from_id: null, parent_thread_id: null, ...origin } as ThreadRow;
}
