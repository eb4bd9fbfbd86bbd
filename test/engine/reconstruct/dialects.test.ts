import { describe, expect, it } from 'vitest';
import {
  type Entry,
  type Envelope,
  envelope,
  idOf,
  jsonl,
  makeHome,
  offsetOf,
  paginated,
  record,
  type TestHome,
  turn,
  unmarkedTurn,
} from '../../builders.ts';
import { readThread } from '../reading.ts';
import { stateOf, stateOfFile, stateOfLines, stateOfRecords, texts } from './reconstructing.ts';

const id = idOf(1);
const said = ['a', 're: a', 'b', 're: b'];

/** Lines of Codex up to 0.29. */
function bare(): object[] {
  const items = [...turn('a'), ...turn('b')].filter(([type]) => type === 'response_item').map(([, payload]) => payload);
  const meta = { id, timestamp: '2025-08-01T00:00:00Z', instructions: 'Be brief.' };
  return [meta, { record_type: 'state' }, ...items.slice(0, 2), { record_type: 'state' }, ...items.slice(2)];
}

function forkOf(parent: Envelope[], parentOptions = {}): TestHome {
  const home = makeHome();
  home.rollout(idOf(2), parent, parentOptions);
  return home;
}

describe('a session', () => {
  it('of the bare dialect can be reconstructed, not continued', async () => {
    const state = await stateOfLines(bare());
    expect(texts(state)).toEqual(said);
    expect([state.turns, state.state, state.baseInstructions]).toEqual([2, 'idle', null]);
    expect(state.obstacle).toMatch(/0\.29.*fork/);
    expect(texts(await stateOfLines(bare(), 1))).toEqual(said.slice(0, 2));
    await expect(stateOfLines(bare(), 3)).rejects.toThrow('there are 2');
  });

  it('without marks of turns', async () => {
    const state = await stateOfRecords([...unmarkedTurn('a'), ...unmarkedTurn('b')]);
    expect([texts(state), state.turns, state.state]).toEqual([said, 2, 'idle']);
    expect(texts(await stateOfRecords([...unmarkedTurn('a'), ...unmarkedTurn('b')], 1))).toEqual(said.slice(0, 2));
  });

  it('that is compressed or archived', async () => {
    const lines = envelope(record.meta(id), ...turn('a'), ...turn('b'));
    const plain = await stateOfLines(lines);
    expect(plain.obstacle).toBeNull();
    expect(await stateOfLines(lines, undefined, { compressed: true })).toEqual(plain);
    const archived = await stateOfLines(lines, undefined, { archived: true });
    expect(archived).toEqual({ ...plain, obstacle: 'it is archived; unarchive it first' });
  });

  it('with ordinals', async () => {
    const state = await stateOfLines(
      paginated(0, record.meta(id, { history_mode: 'paginated' }), ...turn('a'), ...turn('b')),
    );
    expect([texts(state), state.turns, state.obstacle]).toEqual([said, 2, null]);
  });
});

describe('a fork', () => {
  it('by copy has what it copied', async () => {
    const home = makeHome();
    const meta = record.meta(id, { forked_from_id: idOf(2), cwd: '/mine' });
    home.rollout(id, envelope(meta, record.meta(idOf(2), { memory_mode: 'disabled' }), ...turn('a'), ...turn('b')));
    const state = await stateOf(home, id);
    expect([texts(state), state.forkedFrom, state.memoryMode, state.turns]).toEqual([said, idOf(2), null, 2]);
  });

  it('by copy of 0.80 names its parent in the second line only', async () => {
    const home = makeHome();
    home.rollout(id, envelope(record.meta(id), record.meta(idOf(2)), ...turn('a')));
    expect((await stateOf(home, id)).forkedFrom).toBe(idOf(2));
  });

  it.each([{}, { compressed: true }, { archived: true }])(
    'by reference has what it refers to (%j)',
    async (options) => {
      const parentMeta = record.meta(idOf(2), {
        history_mode: 'paginated',
        dynamic_tools: [{ name: 'theirs', description: '' }],
      });
      const parent = paginated(0, parentMeta, ...turn('a'), ...turn('gone'));
      const home = forkOf(parent, options);
      const base = { thread_id: idOf(2), end_ordinal_exclusive: 9, end_byte_offset: offsetOf(parent, 9) };
      const meta = record.meta(id, {
        history_mode: 'paginated',
        forked_from_id: idOf(2),
        history_base: base,
        cwd: '/mine',
      });
      home.rollout(id, paginated(9, meta));
      const begun = await stateOf(home, id);
      expect([texts(begun), begun.settings.cwd, begun.settings.model]).toEqual([said.slice(0, 2), '/mine', 'gpt-5']);
      expect([begun.turns, begun.forkedFrom, begun.dynamicTools, begun.obstacle]).toEqual([1, idOf(2), [], null]);
      const path = home.rollout(id, paginated(9, meta, ...turn('b')));
      expect(texts(await stateOf(home, id))).toEqual(said);
      expect(texts(await stateOf(home, id, 1))).toEqual(said.slice(0, 2));
      const alone = await stateOfFile(path);
      expect([texts(alone), alone.obstacle]).toEqual([
        said.slice(2),
        expect.stringContaining('name the session by its id'),
      ]);
    },
  );

  it('cut by ordinal alone, where the offset is not known', async () => {
    const parent = paginated(0, record.meta(idOf(2), { history_mode: 'paginated' }), ...turn('a'), ...turn('gone'));
    const home = forkOf(parent);
    const base = { thread_id: idOf(2), end_ordinal_exclusive: 6 };
    home.rollout(id, paginated(6, record.meta(id, { history_mode: 'paginated', history_base: base })));
    const state = await stateOf(home, id);
    expect([texts(state), state.state]).toEqual([said.slice(0, 2), 'interrupted']);
  });
});

describe('our own event stream', () => {
  const roundTrip = async (entries: Entry[], at?: number) => {
    const home = makeHome();
    home.rollout(id, envelope(record.meta(id, { model_provider: 'azure' }), ...entries));
    const { events } = await readThread(home, id);
    const read = await stateOfFile(home.write('events.jsonl', jsonl(events)), at);
    return { read, recorded: await stateOf(home, id, at) };
  };

  it('read back comes to the same', async () => {
    const entries = [
      ...turn('a'),
      record.item('function_call', { name: 'shell', arguments: '{"command":["ls"]}', call_id: 'c1' }),
      record.output('c1', 'out'),
      record.item('custom_tool_call', { status: 'completed', call_id: 'c2', name: 'apply_patch', input: '*** Begin' }),
      record.item('custom_tool_call_output', { call_id: 'c2', output: 'Success' }),
      record.item('local_shell_call', {
        status: 'completed',
        call_id: 'c3',
        action: { type: 'exec', command: ['ls'] },
      }),
      record.item('web_search_call', { id: 'ws', status: 'completed' }),
      ...turn('b'),
    ];
    const { read, recorded } = await roundTrip(entries);
    const { obstacle, problems: _, ...rest } = recorded;
    expect(obstacle).toBeNull();
    expect(read).toMatchObject(rest);
    expect(read.obstacle).toMatch(/stream of events/);
  });

  it('keeps to its marks of what was rolled back, as far as they were set by then', async () => {
    const entries = [
      ...turn('a'),
      ...turn('b'),
      record.rolledBack(1),
      ...turn('c'),
      ...turn('d'),
      record.rolledBack(1),
    ];
    const results = await Promise.all([undefined, 1, 2, 3, 4].map((at) => roundTrip(entries, at)));
    for (const { read, recorded } of results) expect(texts(read)).toEqual(texts(recorded));
    expect(results.map(({ read }) => texts(read).length)).toEqual([4, 2, 4, 4, 6]);
  });

  it('of several sessions is refused', async () => {
    const home = makeHome();
    const streams: string[] = [];
    for (const thread of [idOf(1), idOf(2)]) {
      home.rollout(thread, envelope(record.meta(thread), ...turn('a')));
      streams.push(jsonl((await readThread(home, thread)).events));
    }
    await expect(stateOfFile(home.write('events.jsonl', streams.join('')))).rejects.toThrow('several sessions');
  });
});
