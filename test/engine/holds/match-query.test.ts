import { describe, expect, it } from 'vitest';
import { matchQuery } from '../../../src/engine/holds/match-query.ts';
import type { ThreadRow } from '../../../src/model/thread-row.ts';

describe('matchQuery', () => {
  it.each([
    [{}, {}, 'yes'],
    [{ cwd: '/a' }, {}, 'yes'],
    [{ cwd: '/b' }, {}, 'no'],
    [{ cwd: '/a', branch: 'main', model: 'gpt', source: 'cli', name: 'fix*' }, {}, 'yes'],
    [{ cwd: '/a', branch: 'other' }, {}, 'no'],
    [{ source: 'subagent' }, { source: 'subagent:review' }, 'yes'],
    [{ source: 'sub' }, { source: 'subagent:review' }, 'no'],
    [{ name: 'fix*' }, { name: null }, 'no'],
    [{ since: '2026-01-02T00:00:00.000Z' }, {}, 'yes'],
    [{ since: '2026-01-02T00:00:00.001Z' }, {}, 'no'],
    [{ until: '2026-01-02T00:00:00.000Z' }, {}, 'no'],
    [{ until: '2026-01-02T00:00:00.001Z' }, {}, 'yes'],
    [{ touched_since: '2026-01-03T00:00:00.000Z' }, {}, 'no'],
    [{ touched_since: '2026-01-02T23:59:59.999Z' }, {}, 'yes'],
    [{ untouched_since: '2026-01-03T00:00:00.000Z' }, {}, 'yes'],
    [{ untouched_since: '2026-01-02T23:59:59.999Z' }, {}, 'no'],
    // A time in the future tells nothing, and neither does a file that has lost what it says of itself.
    [{ untouched_since: '2026-01-01T00:00:00.000Z' }, { age_at: null }, 'doubt'],
    [{ since: '2026-01-01T00:00:00.000Z' }, { updated_at: null }, 'doubt'],
    [{ cwd: '/a' }, { cwd: null, source: null, damage: ['NO-META'] }, 'doubt'],
    [{ cwd: '/a', model: 'other' }, { cwd: null, source: null, damage: ['NO-META'] }, 'no'],
    [{ branch: 'main' }, { git_branch: null, damage: ['TORN-TAIL'] }, 'no'],
    [{ model: 'gpt' }, { model: null, damage: ['DAMAGED'] }, 'doubt'],
    [{ model: 'gpt' }, { model: null }, 'no'],
  ] as const)('%j of %j: %s', (query, facts, verdict) => {
    expect(matchQuery(query, { ...row, ...facts } as ThreadRow)).toBe(verdict);
  });
});

const row: Partial<ThreadRow> = {
  cwd: '/a',
  git_branch: 'main',
  model: 'gpt',
  source: 'cli',
  name: 'fix the parser',
  updated_at: '2026-01-02T00:00:00.000Z',
  age_at: '2026-01-03T00:00:00.000Z',
  damage: [],
};
