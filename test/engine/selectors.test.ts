import { describe, expect, it } from 'vitest';
import { matcher, type Selectors, selectRows } from '../../src/engine/selectors.ts';
import type { ThreadRow } from '../../src/model/thread-row.ts';
import { idOf } from '../builders.ts';

const now = Date.parse('2026-06-30T12:00:00Z');
const day = 86_400_000;

function row(number: number, more: Partial<ThreadRow> = {}): ThreadRow {
  return {
    schema: 'sessions.thread/1',
    thread_id: idOf(number),
    name: null,
    first_message: null,
    cwd: null,
    git_branch: null,
    git_sha: null,
    model: null,
    model_provider: null,
    source: null,
    created_at: null,
    updated_at: null,
    age_at: null,
    tokens_used: null,
    turns: 0,
    tool_calls: 0,
    archived: false,
    live: null,
    dialect: null,
    forked_from_id: null,
    parent_thread_id: null,
    path: '/x',
    size_bytes: 0,
    damage: [],
    ...more,
  };
}

const at = (ms: number) => new Date(ms).toISOString();

describe('a selector', () => {
  it.each<[string, Selectors, Partial<ThreadRow>, boolean]>([
    ['nothing', {}, {}, true],
    ['cwd', { cwd: '/a' }, { cwd: '/a' }, true],
    ['cwd', { cwd: '/a' }, { cwd: '/a/b' }, false],
    ['cwd', { cwd: '/a' }, {}, false],
    ['branch', { branch: 'main' }, { git_branch: 'main' }, true],
    ['branch', { branch: 'main' }, { git_branch: 'mainline' }, false],
    ['model', { model: 'gpt-5' }, { model: 'gpt-5' }, true],
    ['model', { model: 'gpt-5' }, {}, false],
    ['source', { source: 'exec' }, { source: 'exec' }, true],
    ['source', { source: 'subagent' }, { source: 'subagent:review' }, true],
    ['source', { source: 'subagent:review' }, { source: 'subagent:review' }, true],
    ['source', { source: 'sub' }, { source: 'subagent:review' }, false],
    ['source', { source: 'cli' }, {}, false],
    ['name', { name: 'fix *' }, { name: 'fix bug' }, true],
    ['name', { name: 'fix *' }, { first_message: 'fix bug' }, false],
    ['name', { name: '*' }, {}, false],
    ['archived', {}, { archived: true }, false],
    ['archived added', { archived: 'added' }, { archived: true }, true],
    ['archived added', { archived: 'added' }, {}, true],
    ['archived only', { archived: 'only' }, { archived: true }, true],
    ['archived only', { archived: 'only' }, {}, false],
    ['older-than', { olderThan: day }, { age_at: at(now - day) }, true],
    ['older-than', { olderThan: day }, { age_at: at(now - day + 1) }, false],
    ['older-than 0', { olderThan: 0 }, { age_at: at(now) }, true],
    ['older-than in the future', { olderThan: 0 }, { age_at: null }, false],
    ['older-than goes by age_at', { olderThan: day }, { age_at: at(now), updated_at: at(0) }, false],
    ['newer-than', { newerThan: day }, { age_at: at(now - day + 1) }, true],
    ['newer-than', { newerThan: day }, { age_at: at(now - day) }, false],
    ['newer-than unknown', { newerThan: day }, { age_at: null }, false],
    ['since', { since: 1000 }, { updated_at: at(1000) }, true],
    ['since', { since: 1000 }, { updated_at: at(999) }, false],
    ['since goes by updated_at', { since: 1000 }, { updated_at: at(999), age_at: at(now) }, false],
    ['until', { until: 1000 }, { updated_at: at(999) }, true],
    ['until', { until: 1000 }, { updated_at: at(1000) }, false],
    ['until unknown', { until: 1000 }, {}, false],
    ['several', { branch: 'main', cwd: '/a' }, { git_branch: 'main', cwd: '/b' }, false],
  ])('%s %j on %j: %s', (_what, selectors, facts, matches) => {
    expect(matcher(selectors, now)(row(1, facts))).toBe(matches);
  });
});

describe('the order', () => {
  const rows = [
    row(1, { updated_at: at(3), created_at: at(1), size_bytes: 20, tokens_used: 5 }),
    row(2, { updated_at: at(1), created_at: at(3), size_bytes: 30, tokens_used: null }),
    row(3, { updated_at: null, created_at: at(2), size_bytes: 10, tokens_used: 0 }),
    row(4, { updated_at: at(3), created_at: null, size_bytes: 10, tokens_used: 9 }),
  ];

  it.each<[NonNullable<Selectors['sort']> | undefined, number[]]>([
    [undefined, [4, 1, 2, 3]],
    ['updated', [4, 1, 2, 3]],
    ['created', [2, 3, 1, 4]],
    ['size', [2, 1, 4, 3]],
    ['tokens', [4, 1, 3, 2]],
  ])('by %s is newest or largest first, and by id where that is the same', (sort, order) => {
    const ids = order.map(idOf);
    const selectors = sort ? { sort } : {};
    for (const given of [rows, [...rows].reverse()]) {
      expect(selectRows(given, selectors, now).map(({ thread_id }) => thread_id)).toEqual(ids);
      expect(selectRows(given, { ...selectors, reverse: true }, now).map(({ thread_id }) => thread_id)).toEqual(
        [...ids].reverse(),
      );
    }
  });

  it('is cut at the limit', () => {
    expect(selectRows(rows, { limit: 2 }, now).length).toBe(2);
    expect(selectRows(rows, { limit: 0 }, now)).toEqual([]);
    expect(selectRows(rows, { limit: 9 }, now).length).toBe(4);
  });

  it('goes by the point in time, however it is written', () => {
    const mixed = [row(1, { updated_at: '2026-01-01T00:00:00.5Z' }), row(2, { updated_at: '2026-01-01T00:00:00.25Z' })];
    expect(selectRows(mixed, {}, now).map(({ thread_id }) => thread_id)).toEqual([idOf(1), idOf(2)]);
  });
});
