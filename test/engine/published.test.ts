import { describe, expect, it } from 'vitest';
import { parseEventFilter } from '../../src/engine/event-filter.ts';
import { envelope, idOf, jsonl, makeHome, offsetOf, paginated, record, turn } from '../builders.ts';
import { readFileAlone, readThread } from './reading.ts';

const [parent, child] = [idOf(1), idOf(2)];
const no = { types: [], msgTypes: [], itemTypes: [] };

/** Events with every mark there is: inherited, based, rolled back, synthetic, undecodable. */
async function stream() {
  const home = makeHome();
  const lines = paginated(0, record.meta(parent, { history_mode: 'paginated' }), ...turn('p1'), ...turn('p2'));
  home.rollout(parent, lines);
  const base = { thread_id: parent, end_ordinal_exclusive: 9, end_byte_offset: offsetOf(lines, 9) };
  const own = paginated(
    9,
    record.meta(child, { forked_from_id: parent, history_base: base }),
    ...turn('c1'),
    record.output('x', 'patch rejected by user'),
    record.rolledBack(1),
    ...turn('c2'),
  );
  home.rollout(child, `${jsonl(own)}garbage\n{"n":9007199254740993}\n`);
  const { events } = await readThread(home, child);
  return { home, events };
}

describe('our own stream', () => {
  it('read back is the same, mark for mark', async () => {
    const { home, events } = await stream();
    expect(events.some((event) => event.inherited_from && event.base_rollout)).toBe(true);
    expect(events.some((event) => event.synthetic)).toBe(true);
    expect(events.some((event) => event.rolled_back)).toBe(true);
    expect(events.at(-2)).toMatchObject({ type: 'Unknown', raw_text: 'garbage' });
    const again = await readFileAlone(home.write('events.jsonl', jsonl(events)));
    expect(again).toEqual({ events, problems: [] });
  });

  it('is filtered as what it was made from', async () => {
    const { home, events } = await stream();
    const path = home.write('events.jsonl', jsonl(events));
    for (const given of [
      { turns: '2' },
      { types: ['response_item'] },
      { msgTypes: ['user_message'] },
      { itemTypes: ['approval'] },
    ]) {
      const filter = parseEventFilter({ ...no, ...given });
      const expected = await readThread(home, child, { filter });
      expect(expected.events.length).toBeGreaterThan(0);
      expect((await readFileAlone(path, { filter })).events).toEqual(expected.events);
    }
  });

  it('may be cut, and mixed with rollout lines', async () => {
    const { home, events } = await stream();
    const rollout = jsonl(envelope(record.meta(child), ...turn('x')));
    const path = home.write('mixed.jsonl', jsonl(events.slice(5, 9)) + rollout + jsonl(events.slice(2, 4)) + rollout);
    const mixed = await readFileAlone(path);
    expect(mixed.events.length).toBe(4 + 9 + 2 + 9);
    expect(mixed.events.slice(0, 4)).toEqual(events.slice(5, 9));
    expect(mixed.events.slice(13, 15)).toEqual(events.slice(2, 4));
  });

  it('keeps its marks where rollout lines beside it are rolled back', async () => {
    const home = makeHome();
    home.rollout(child, envelope(record.meta(child), ...turn('x'), ...turn('y')));
    const { events } = await readThread(home, child);
    const rollout = jsonl(envelope(record.meta(child), ...turn('a'), record.rolledBack(1)));
    const { events: mixed } = await readFileAlone(home.write('mixed.jsonl', jsonl(events) + rollout));
    expect(mixed.slice(0, events.length)).toEqual(events);
    const marked = mixed.slice(events.length).map((event) => event.rolled_back ?? false);
    expect(marked).toEqual([false, ...Array(8).fill(true), false]);
  });

  it('keeps what somebody else put into it', async () => {
    const home = makeHome();
    const lines = [
      '{"turn":1,"type":"EventMsg","thread_id":null,"msg":{"type":"SomethingNew","n":9007199254740993},"seq":7,"extra":{"a":1.0}}',
      '{"schema":"sessions.event/1","thread_id":"t","turn":0,"type":"AgentMessageDelta","seq":1}',
    ];
    const { events, problems } = await readFileAlone(home.write('foreign.jsonl', `${lines.join('\n')}\n`));
    expect(events[0]).toEqual(JSON.parse(lines[0] as string));
    expect(events[1]).toMatchObject({ type: 'Unknown', record_type: 'AgentMessageDelta' });
    expect(problems).toEqual([]);
  });

  it('that lacks its bodies does no harm', async () => {
    const home = makeHome();
    const broken = [
      { type: 'EventMsg' },
      { type: 'ResponseItem', item: null },
      { type: 'Compacted' },
      { type: 'SessionMeta', meta: 7 },
    ];
    const path = home.write(
      'broken.jsonl',
      jsonl(broken.map((body) => ({ thread_id: null, seq: 0, timestamp: null, turn: 0, ...body }))),
    );
    for (const view of [{}, { effective: true }, { filter: parseEventFilter({ ...no, msgTypes: ['x'] }) }]) {
      const { events } = await readFileAlone(path, view);
      expect(events.every(({ type }) => type === 'Unknown')).toBe(true);
    }
  });
});
