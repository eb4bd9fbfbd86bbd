import { symlinkSync, unlinkSync, utimesSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lastRecordTime } from '../../src/engine/last-record-time.ts';
import { newestThread } from '../../src/engine/newest-thread.ts';
import { summarise } from '../../src/engine/summarise.ts';
import { validateThread } from '../../src/format/schemas.ts';
import type { ThreadRow } from '../../src/model/thread-row.ts';
import {
  type Entry,
  envelope,
  idOf,
  jsonl,
  type Lines,
  makeHome,
  offsetOf,
  paginated,
  record,
  type TestHome,
  timeAt,
  turn,
} from '../builders.ts';
import { catalogOf } from './reading.ts';

const id = idOf(1);
const now = Date.parse('2026-06-30T12:00:00Z');

describe('a row', () => {
  it('says what the session was', async () => {
    const home = makeHome();
    const git = { commit_hash: 'abc', branch: 'main', repository_url: 'x' };
    const entries: Entry[] = [
      record.meta(id, { git, model_provider: 'openai', source: 'cli' }),
      ...turn('the first\nmessage'),
      record.call('c1', 'shell', { command: ['ls'] }),
      record.output('c1', 'x'),
      ...turn('second'),
    ];
    const path = home.rollout(id, envelope(...entries));
    utimesSync(path, 0, Date.parse('2026-06-29T12:00:00Z') / 1000);
    const row = await rowOf(home, { names: new Map([[id, 'my name']]), isLive: () => true });
    expect(row).toEqual({
      schema: 'sessions.thread/1',
      thread_id: id,
      name: 'my name',
      first_message: 'the first\nmessage',
      cwd: '/home/dev/widget',
      git_branch: 'main',
      git_sha: 'abc',
      model: 'gpt-5',
      model_provider: 'openai',
      source: 'cli',
      created_at: timeAt(0),
      updated_at: timeAt(entries.length - 1),
      age_at: '2026-06-29T12:00:00.000Z',
      tokens_used: 100,
      turns: 2,
      tool_calls: 1,
      archived: false,
      live: true,
      dialect: 'envelope',
      forked_from_id: null,
      parent_thread_id: null,
      path,
      size_bytes: Buffer.byteLength(jsonl(envelope(...entries))),
      damage: [],
    });
  });

  it('has null where nothing is known, and never lacks a key', async () => {
    const row = await rowOfLines([]);
    expect(Object.keys(row)).toHaveLength(24);
    expect(row).toMatchObject({
      name: null,
      cwd: null,
      created_at: null,
      tokens_used: null,
      dialect: null,
      turns: 0,
      damage: ['EMPTY'],
    });
    expect(row.updated_at).not.toBeNull();
  });

  it('of a bare file goes by the time of the file, because its records have none', async () => {
    const home = makeHome();
    const path = home.rollout(id, [
      { id, timestamp: '2025-08-10T09:00:00.123Z', instructions: null, git: { branch: 'old', commit_hash: 'def' } },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
    ]);
    utimesSync(path, 0, Date.parse('2025-09-01T00:00:00Z') / 1000);
    expect(await rowOf(home)).toMatchObject({
      dialect: 'bare',
      created_at: '2025-08-10T09:00:00.123Z',
      updated_at: '2025-09-01T00:00:00.000Z',
      age_at: '2025-09-01T00:00:00.000Z',
      first_message: 'hi',
      git_branch: 'old',
      turns: 1,
      source: null,
    });
    expect(await lastRecordTime(path)).toBe('2025-09-01T00:00:00.000Z');
  });

  it.each([
    ['exec', 'exec'],
    ['something new', 'something new'],
    [{ subagent: 'review' }, 'subagent:review'],
    [{ subagent: { thread_spawn: { parent_thread_id: idOf(7), depth: 1 } } }, 'subagent:thread_spawn'],
    [{ custom: 7 }, 'custom'],
    [{}, null],
    [null, null],
  ])('tells the source %j as %s', async (source, expected) => {
    const row = await rowOfLines(envelope(record.meta(id, { source })));
    expect(row.source).toBe(expected);
    expect(row.parent_thread_id).toBe(expected === 'subagent:thread_spawn' ? idOf(7) : null);
  });

  it('tells a parent that the meta names', async () => {
    expect((await rowOfLines(envelope(record.meta(id, { parent_thread_id: idOf(8) })))).parent_thread_id).toBe(idOf(8));
  });

  it('takes what a later meta of the same thread changed, and nothing of another thread', async () => {
    const row = await rowOfLines(
      envelope(
        record.meta(id, { git: { branch: 'main' } }),
        ...turn('a'),
        record.meta(id, { git: { branch: 'topic' }, timestamp: timeAt(99) }),
        record.meta(idOf(5), { git: { branch: 'foreign' }, cwd: '/foreign' }),
      ),
    );
    expect(row).toMatchObject({
      git_branch: 'topic',
      cwd: '/home/dev/widget',
      created_at: timeAt(0),
      forked_from_id: null,
    });
  });

  it('takes the model that was used last', async () => {
    const context = (model: unknown): Entry => [
      'turn_context',
      { cwd: '/x', approval_policy: 'never', sandbox_policy: { type: 'read-only' }, model, summary: 'auto' },
    ];
    expect((await rowOfLines(envelope(record.meta(id), context('a'), context('b')))).model).toBe('b');
  });

  it('takes the last total of tokens that there is', async () => {
    const none = record.event('token_count', { info: null });
    expect((await rowOfLines(envelope(record.meta(id), record.tokens(7), none))).tokens_used).toBe(7);
    expect((await rowOfLines(envelope(record.meta(id), none))).tokens_used).toBeNull();
    const huge =
      '{"timestamp":"2026-01-02T03:04:05.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"total_tokens":18446744073709551615}}}}\n';
    const row = await rowOfLines(jsonl(envelope(record.meta(id))) + huge);
    expect(row.tokens_used).toBe(2 ** 64);
    expect(validateThread(row).ok).toBe(true);
  });
});

describe('the id of a row', () => {
  it('is that of the file name, by which the session is found again', async () => {
    const home = makeHome();
    home.rollout(id, envelope(record.meta(idOf(9)), ...turn('a')));
    expect(await rowOf(home)).toMatchObject({ thread_id: id, cwd: '/home/dev/widget' });
  });
});

describe('where a row comes from', () => {
  const [parent, child, segment] = [idOf(2), idOf(3), idOf(40)];

  it('is the session that it was forked from, by copy', async () => {
    const lines = envelope(record.meta(parent, { cwd: '/parent' }), ...turn('p'));
    for (const forked of [{ forked_from_id: parent }, {}]) {
      for (const hasParent of [true, false]) {
        const home = makeHome();
        if (hasParent) home.rollout(parent, lines);
        const copied = lines.map(({ type, payload }): Entry => [type, payload]);
        home.rollout(child, envelope(record.meta(child, forked), ...copied, ...turn('c')));
        expect(await rowOf(home, {}, child)).toMatchObject({
          forked_from_id: parent,
          cwd: '/home/dev/widget',
          turns: 2,
          first_message: 'p',
        });
      }
    }
  });

  it('is the session that it was forked from, by reference, also after a revert', async () => {
    const home = makeHome();
    const mode = { history_mode: 'paginated' };
    const lines = paginated(0, record.meta(parent, { ...mode, cwd: '/parent' }), ...turn('p'));
    const base = (rollout: string, file: typeof lines, index: number) => ({
      thread_id: rollout,
      end_ordinal_exclusive: index,
      end_byte_offset: offsetOf(file, index),
    });
    home.rollout(parent, lines);
    const own = paginated(
      9,
      record.meta(child, { ...mode, forked_from_id: parent, history_base: base(parent, lines, 9) }),
      ...turn('c'),
    );
    home.rollout(child, own);
    const path = home.rollout(
      child,
      paginated(10, record.meta(child, { ...mode, history_base: base(child, own, 1) }), ...turn('s')),
      { segment },
    );
    expect(await rowOf(home, {}, child)).toMatchObject({
      forked_from_id: parent,
      dialect: 'paginated',
      turns: 3,
      cwd: '/home/dev/widget',
      path,
      first_message: 'p',
    });
  });
});

describe('a session whose files are damaged', () => {
  it.each([
    ['TORN-TAIL', `${jsonl(envelope(record.meta(id)))}{"timestamp`],
    ['BAD-JSON', `${jsonl(envelope(record.meta(id)))}garbage\n`],
    ['HOLE', `${jsonl(envelope(record.meta(id)))}\0\0\0\n`],
    ['EMPTY', ''],
    ['EMPTY', '\n\n'],
    ['ZSTD-UNSUPPORTED', Buffer.from([0x1f, 0x8b, 8, 0, 0])],
  ])('is a row with a mark: %s', async (rule, content) => {
    const row = await rowOfLines(content);
    expect(row.damage).toContain(rule);
    expect(validateThread(row).ok).toBe(true);
  });

  it('is a row with a mark: a dangling reference', async () => {
    const base = { thread_id: idOf(77), end_ordinal_exclusive: 1, end_byte_offset: 1 };
    expect((await rowOfLines(paginated(1, record.meta(id, { history_base: base })))).damage).toEqual(['DANGLING']);
  });

  it('is a row with a mark: its file went away, or became a link', async () => {
    const home = makeHome();
    const path = home.rollout(id, envelope(record.meta(id)));
    const catalog = await catalogOf(home);
    unlinkSync(path);
    const context = { names: new Map(), isLive: () => null, now };
    expect(await summarise(catalog, id, context)).toMatchObject({
      thread_id: id,
      damage: ['UNREADABLE'],
      updated_at: null,
      age_at: null,
    });
    symlinkSync(home.write('target', 'x'), path);
    expect((await summarise(catalog, id, context)).damage).toEqual(['SYMLINK']);
  });

  it('of our own events is a row like any other', async () => {
    const events = [
      {
        thread_id: id,
        seq: 0,
        timestamp: timeAt(0),
        turn: 0,
        type: 'SessionMeta',
        meta: { id, cwd: '/x', timestamp: timeAt(0) },
      },
      { thread_id: id, seq: 1, timestamp: timeAt(1), turn: 1, type: 'TurnContext', context: { model: 'gpt-5' } },
    ];
    expect(await rowOfLines(events)).toMatchObject({
      dialect: 'event',
      cwd: '/x',
      model: 'gpt-5',
      turns: 1,
      updated_at: timeAt(1),
    });
  });
});

describe('the age of a row', () => {
  it.each([
    ['the record, when the file is older', '2026-01-01T00:00:00.000Z', timeAt(0)],
    ['the file, when it was touched since', '2026-03-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
    ['unknown, when the file lies in the future', '2027-01-01T00:00:00.000Z', null],
  ])('is that of %s', async (_what, mtime, expected) => {
    const home = makeHome();
    const path = home.rollout(id, envelope(record.meta(id)));
    utimesSync(path, 0, Date.parse(mtime) / 1000);
    expect(await rowOf(home)).toMatchObject({ updated_at: timeAt(0), age_at: expected });
  });

  it('is unknown when the last record lies in the future', async () => {
    const home = makeHome();
    const path = home.rollout(id, [{ ...envelope(record.meta(id))[0], timestamp: '2099-01-01T00:00:00Z' }]);
    utimesSync(path, 0, 0);
    expect(await rowOf(home)).toMatchObject({ updated_at: '2099-01-01T00:00:00Z', age_at: null });
  });

  it('goes by the file where no record has a time that is one', async () => {
    const home = makeHome();
    const path = home.rollout(id, [
      { timestamp: '10000-01-01T00:00:00Z', type: 'session_meta', payload: { id, timestamp: 'x' } },
    ]);
    utimesSync(path, 0, 1_000_000_000);
    expect(await rowOf(home)).toMatchObject({ created_at: null, updated_at: '2001-09-09T01:46:40.000Z' });
  });
});

describe('the time of the last record', () => {
  it('is found at the end of a long file', async () => {
    const home = makeHome();
    const filler: Entry[] = Array.from({ length: 3000 }, () => ['world_state', { pad: 'x'.repeat(100) }]);
    expect(await lastRecordTime(home.rollout(id, envelope(record.meta(id), ...filler)))).toBe(timeAt(3000));
  });

  it('is found before a tail that has none', async () => {
    const home = makeHome();
    const lines = jsonl(envelope(record.meta(id), ...turn('a')));
    expect(await lastRecordTime(home.rollout(id, `${lines}{"timestamp":"2027`))).toBe(timeAt(8));
    expect(await lastRecordTime(home.rollout(id, `${lines}${'garbage'.repeat(20_000)}\n`))).toBe(timeAt(8));
    expect(await lastRecordTime(home.rollout(id, lines.trimEnd()))).toBe(timeAt(8));
  });

  it('is found in a compressed file', async () => {
    const home = makeHome();
    expect(await lastRecordTime(home.rollout(id, envelope(record.meta(id), ...turn('a')), { compressed: true }))).toBe(
      timeAt(8),
    );
  });

  it('is null where the file cannot be read', async () => {
    expect(await lastRecordTime('/no/such/file.jsonl')).toBeNull();
  });
});

describe('the newest session', () => {
  it('is that of the newest record, whatever the files say', async () => {
    const home = makeHome();
    const young = home.rollout(idOf(5), envelope(record.meta(idOf(5))));
    const old = home.rollout(idOf(6), envelope(record.meta(idOf(6)), ...turn('a')), { compressed: true });
    utimesSync(young, 2e9, 2e9);
    utimesSync(old, 1, 1);
    expect(await newestThread(await catalogOf(home))).toBe(idOf(6));
  });

  it('is the one with the greatest id among equals, and never one that cannot be read', async () => {
    const home = makeHome();
    for (const number of [5, 7, 6]) home.rollout(idOf(number), envelope(record.meta(idOf(number))));
    expect(await newestThread(await catalogOf(home))).toBe(idOf(7));
    const catalog = await catalogOf(home);
    unlinkSync(catalog.thread(idOf(7))[0]?.path as string);
    expect(await newestThread(catalog)).toBe(idOf(6));
  });
});

async function rowOf(
  home: TestHome,
  context: Partial<Parameters<typeof summarise>[2]> = {},
  thread = id,
): Promise<ThreadRow> {
  const row = await summarise(await catalogOf(home), thread, { names: new Map(), isLive: () => null, now, ...context });
  expect(validateThread(row)).toMatchObject({ ok: true });
  return row;
}

function rowOfLines(lines: Lines): Promise<ThreadRow> {
  const home = makeHome();
  home.rollout(id, lines);
  return rowOf(home);
}
