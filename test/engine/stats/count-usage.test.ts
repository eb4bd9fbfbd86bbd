import { describe, expect, it } from 'vitest';
import { statsKeys } from '../../../src/engine/stats/stats-row.ts';
import { judge } from '../../../src/format/judge.ts';
import { stats } from '../../../src/format/validators.generated.js';
import {
  type Entry,
  envelope,
  idOf,
  jsonl,
  makeHome,
  offsetOf,
  paginated,
  record,
  type TestHome,
  timeAt,
  turn,
} from '../../builders.ts';
import { countHome, sumOf } from './counting.ts';

const parent = idOf(1);
const child = idOf(2);

function tokens(total: number, last: number): Entry {
  const usage = (count: number) => ({
    input_tokens: count - 10,
    cached_input_tokens: 1,
    output_tokens: 10,
    reasoning_output_tokens: 2,
    total_tokens: count,
  });
  const info = { total_token_usage: usage(total), last_token_usage: usage(last), model_context_window: 1000 };
  return ['event_msg', { type: 'token_count', info, rate_limits: null }];
}

function context(model: string): Entry {
  return [
    'turn_context',
    { cwd: '/home/dev/widget', model, approval_policy: 'never', sandbox_policy: { type: 'read-only' } },
  ];
}

/** A turn that uses tokens: its running totals are given. */
function spending(text: string, ...counts: [total: number, last: number][]): Entry[] {
  const end: Entry = [
    'event_msg',
    { type: 'task_complete', turn_id: text, last_agent_message: null, duration_ms: 1500 },
  ];
  return [
    record.started(text),
    context('gpt-5'),
    record.userEvent(text),
    ...counts.map((count) => tokens(...count)),
    end,
  ];
}

async function total(home: TestHome) {
  const { rows } = await countHome(home.path);
  expect(rows).toHaveLength(1);
  return rows[0]!;
}

describe('the total', () => {
  it('counts turns, tokens, calls by outcome and durations', async () => {
    const home = makeHome();
    home.rollout(
      parent,
      envelope(
        record.meta(parent),
        ...spending('one', [100, 100], [100, 100], [250, 150]),
        record.call('a', 'exec_command', { cmd: 'ls' }),
        record.output('a', 'Chunk ID: 1\nWall time: 0.2500 seconds\nProcess exited with code 0\nOutput:\nx'),
        record.call('b', 'exec_command', { cmd: 'false' }),
        record.output('b', 'Chunk ID: 2\nWall time: 1.0000 seconds\nProcess exited with code 1\nOutput:\n"q"'),
        record.call('c', 'exec_command', { cmd: 'rm' }),
        record.output(
          'c',
          'exec_command failed for `rm`: CreateProcess { message: "Rejected(\\"rejected by user\\")" }',
        ),
        record.call('d', 'shell', { command: ['ls'] }),
        record.output('d', JSON.stringify({ output: 'x', metadata: { exit_code: 0, duration_seconds: 2 } })),
        record.call('e', 'shell', { command: ['sleep'] }),
        record.output('e', 'aborted by user after 3.2s'),
        record.call('f', 'view_image', { path: 'x' }),
      ),
    );
    expect(await total(home)).toEqual({
      schema: 'sessions.stats/1',
      by: null,
      key: null,
      sessions: 1,
      turns: 1,
      tokens: {
        input_tokens: 240,
        cached_input_tokens: 1,
        output_tokens: 10,
        reasoning_output_tokens: 2,
        total_tokens: 250,
      },
      tool_calls: 6,
      outcomes: { completed: 2, failed: 1, declined: 1, aborted: 1, unfinished: 1 },
      tools: [
        tool('exec_command', { calls: 3, completed: 1, failed: 1, declined: 1, duration_ms: 1250, timed_calls: 2 }),
        tool('shell', { calls: 2, completed: 1, aborted: 1, duration_ms: 2000, timed_calls: 1 }),
        tool('view_image', { calls: 1, unfinished: 1 }),
      ],
      turn_duration_ms: 1500,
      timed_turns: 1,
      tool_duration_ms: 3250,
      timed_tool_calls: 3,
      first_at: timeAt(0),
      last_at: timeAt(18),
      inheritance: 'known',
    });
  });

  it('goes on from a total that began again at zero', async () => {
    const home = makeHome();
    const [, , , ...rest] = spending('two', [150, 150], [200, 50]);
    home.rollout(
      parent,
      envelope(record.meta(parent), ...spending('one', [100, 100]), record.userEvent('two'), ...rest),
    );
    expect((await total(home)).tokens?.total_tokens).toBe(300);
  });

  it('is of nothing for a home without sessions', async () => {
    const { rows } = await countHome(makeHome().path);
    expect(rows).toMatchObject([{ sessions: 0, turns: 0, tool_calls: 0, first_at: null, inheritance: 'known' }]);
  });

  it('is the same for a compressed file, and tells of damage', async () => {
    const lines = envelope(record.meta(parent), ...spending('one', [100, 100]));
    const plain = makeHome();
    plain.rollout(parent, lines);
    const packed = makeHome();
    packed.rollout(parent, lines, { compressed: true });
    expect(await total(packed)).toEqual(await total(plain));
    const damaged = makeHome();
    damaged.rollout(parent, `${jsonl(lines)}{"timestamp":"2026-\n{}\n`);
    const { rows, problems } = await countHome(damaged.path);
    expect(rows[0]).toMatchObject({ turns: 1, tokens: { total_tokens: 100 } });
    expect(problems.map(({ rule, weight }) => [rule, weight])).toEqual([['BAD-JSON', 'lost']]);
  });
});

describe('what a fork inherited', () => {
  it('is not counted again when it refers to its parent', async () => {
    const home = makeHome();
    const own = paginated(
      0,
      record.meta(parent, { history_mode: 'paginated' }),
      ...spending('one', [100, 100], [200, 100]),
    );
    const later = paginated(own.length, ...spending('two', [300, 100]));
    home.rollout(parent, [...own, ...later]);
    const base = {
      thread_id: parent,
      end_ordinal_exclusive: own.length,
      end_byte_offset: offsetOf([...own, ...later], own.length),
    };
    const meta = record.meta(child, { history_mode: 'paginated', forked_from_id: parent, history_base: base });
    home.rollout(child, paginated(own.length, meta, ...spending('three', [200, 100], [250, 50])));
    const row = await total(home);
    expect(row).toMatchObject({ sessions: 2, turns: 3, tokens: { total_tokens: 350 }, inheritance: 'known' });
  });

  it('is not counted again when it was copied', async () => {
    const home = makeHome();
    const history = spending('one', [100, 100], [200, 100]);
    home.rollout(parent, envelope(record.meta(parent), ...history));
    const meta = record.meta(child, { forked_from_id: parent });
    home.rollout(child, envelope(meta, record.meta(parent), ...history, ...spending('two', [260, 60])));
    expect(await total(home)).toMatchObject({ turns: 2, tokens: { total_tokens: 260 }, inheritance: 'known' });
  });

  it('is unknown when its parent is gone', async () => {
    const home = makeHome();
    const meta = record.meta(child, { forked_from_id: parent });
    home.rollout(child, envelope(meta, record.meta(parent), ...spending('one', [100, 100])));
    expect(await total(home)).toMatchObject({ tokens: { total_tokens: 100 }, inheritance: 'unknown' });
  });

  it('is told from what was reverted, which did use its tokens', async () => {
    const home = makeHome();
    const kept = paginated(0, record.meta(parent, { history_mode: 'paginated' }), ...spending('one', [100, 100]));
    const reverted = paginated(kept.length, ...spending('two', [300, 200]));
    home.rollout(parent, [...kept, ...reverted]);
    const end = offsetOf([...kept, ...reverted], kept.length);
    const base = { thread_id: parent, end_ordinal_exclusive: kept.length, end_byte_offset: end };
    const meta = record.meta(parent, { history_mode: 'paginated', history_base: base });
    const again = paginated(kept.length, meta, ...spending('three', [100, 100], [150, 50]));
    home.rollout(parent, again, { segment: idOf(3) });
    expect(await total(home)).toMatchObject({ sessions: 1, turns: 3, tokens: { total_tokens: 350 } });
  });
});

describe('a grouping', () => {
  function manySided(): TestHome {
    const home = makeHome();
    home.rollout(
      parent,
      envelope(
        record.meta(parent, { git: { branch: 'main' } }),
        ...spending('one', [100, 100]),
        record.call('a', 'shell', { command: ['ls'] }),
        record.output('a', 'x'),
        record.userEvent('two'),
        context('gpt-6'),
        tokens(180, 80),
      ).map((line, index) => (index < 7 ? line : { ...line, timestamp: `2026-01-03T00:00:${10 + index}.000Z` })),
    );
    home.rollout(child, envelope(record.meta(child, { cwd: '/srv', source: 'cli' }), ...turn('hi')), {
      archived: true,
    });
    return home;
  }

  it('by model and by day goes by the moment', async () => {
    const home = manySided();
    const byModel = (await countHome(home.path, 'model')).rows;
    expect(byModel.map(({ key, turns, tokens: used }) => [key, turns, used?.total_tokens])).toEqual([
      ['gpt-5', 2, 200],
      ['gpt-6', 1, 80],
    ]);
    const byDay = (await countHome(home.path, 'day')).rows;
    expect(byDay.map(({ key, sessions, tokens: used }) => [key, sessions, used?.total_tokens])).toEqual([
      ['2026-01-02', 2, 200],
      ['2026-01-03', 1, 80],
    ]);
  });

  it('by anything else goes by session', async () => {
    const home = manySided();
    const keys = async (by: 'cwd' | 'branch' | 'source' | 'session') =>
      (await countHome(home.path, by)).rows.map(({ key }) => key);
    expect(await keys('cwd')).toEqual(['/home/dev/widget', '/srv']);
    expect(await keys('branch')).toEqual(['main', null]);
    expect(await keys('source')).toEqual(['exec', 'cli']);
    expect(await keys('session')).toEqual([parent, child]);
  });

  it.each(statsKeys)('by %s adds up to the total, and keeps to the schema', async (by) => {
    const home = manySided();
    const { rows } = await countHome(home.path, by);
    for (const row of rows) expect(judge(stats, row)).toMatchObject({ ok: true });
    const all = sumOf([await total(home)]);
    const sum = sumOf(rows);
    for (const name of Object.keys(sum)) expect([name, sum[name]]).toEqual([name, all[name]]);
    if (by !== 'tool') expect(sum).toEqual(all);
  });
});

describe('selectors', () => {
  it('choose sessions as ls does', async () => {
    const home = makeHome();
    home.rollout(parent, envelope(record.meta(parent, { source: 'cli' }), ...spending('one', [100, 100])));
    home.rollout(child, envelope(record.meta(child), ...spending('one', [70, 70])), { archived: true });
    home.names({ [parent]: 'first' });
    const used = async (selectors: object) =>
      (await countHome(home.path, null, { selectors })).rows[0]?.tokens?.total_tokens;
    expect(await used({ archived: 'no' })).toBe(100);
    expect(await used({ archived: 'only' })).toBe(70);
    expect(await used({ archived: 'added', source: 'exec' })).toBe(70);
    expect(await used({ archived: 'added', name: 'fir*' })).toBe(100);
    expect(await used({ archived: 'added', sort: 'tokens', limit: 1 })).toBe(100);
    expect(await used({ archived: 'added', model: 'gpt-6' })).toBe(0);
  });
});

function tool(name: string, numbers: object): object {
  const none = {
    calls: 0,
    completed: 0,
    failed: 0,
    declined: 0,
    aborted: 0,
    unfinished: 0,
    duration_ms: 0,
    timed_calls: 0,
  };
  return { name, ...none, ...numbers };
}
