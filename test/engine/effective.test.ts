import { describe, expect, it } from 'vitest';
import { type Entry, envelope, idOf, jsonl, makeHome, record, turn } from '../builders.ts';
import { type PrintedEvent, readFileAlone, readThread } from './reading.ts';

const id = idOf(1);
const effective = { effective: true };

const userItem = (text: string) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
const summary = (text: string): Entry => ['compacted', { message: text }];
const replaced = (...items: object[]): Entry => ['compacted', { message: '', replacement_history: items }];

describe('what is in effect', () => {
  it('is everything where nothing was taken back', async () => {
    const { events } = await effectOf([...turn('a'), ...turn('b')]);
    expect(events.length).toBe(17);
    expect(inputs(events)).toEqual(['a', 're: a', 'b', 're: b']);
  });

  it('is without what was rolled back', async () => {
    const { events } = await effectOf([...turn('a'), ...turn('b'), record.rolledBack(1), ...turn('c')]);
    expect(inputs(events)).toEqual(['a', 're: a', 'c', 're: c']);
  });

  it('after a compaction of 0.45 to 0.98 is what the user said, and the summary', async () => {
    const context = record.userItem('<environment_context>\nx');
    const { events } = await effectOf([context, ...turn('a'), ...turn('b'), summary('the gist'), ...turn('c')]);
    expect(inputs(events)).toEqual(['a', 'b', 'the gist', 'c', 're: c']);
    expect(events[0]?.type).toBe('SessionMeta');
    expect(events[1]?.type).toBe('Compacted');
    expect(events.slice(2, 5).every((event) => event.synthetic && event.line === undefined && event.turn === 2)).toBe(
      true,
    );
  });

  it('after a compaction of 0.120 and later is what replaced the history', async () => {
    const call = { type: 'function_call', name: 'shell', arguments: '{"command":["ls"]}', call_id: 'c' };
    const { events } = await effectOf([
      ...turn('a'),
      replaced(userItem('kept'), call, { type: 'from_the_future', x: 1 }),
      ...turn('b'),
    ]);
    expect(inputs(events)).toEqual(['kept', 'b', 're: b']);
    const items = events.filter(({ synthetic }) => synthetic).map(({ item }) => item);
    expect(items).toMatchObject([
      { type: 'message' },
      { type: 'tool_call', command: ['ls'], call_id: 'c' },
      { type: 'from_the_future', x: 1 },
    ]);
  });

  it('after several compactions goes by the last', async () => {
    const { events } = await effectOf([...turn('a'), summary('s1'), ...turn('b'), summary('s2'), ...turn('c')]);
    expect(inputs(events)).toEqual(['a', 's1', 'b', 's2', 'c', 're: c']);
    const mixed = await effectOf([...turn('a'), replaced(userItem('r1')), ...turn('b'), summary('s2')]);
    expect(inputs(mixed.events)).toEqual(['r1', 'b', 's2']);
  });

  it('takes back a compaction that was rolled back', async () => {
    const { events } = await effectOf([
      ...turn('a'),
      ...turn('b'),
      replaced(userItem('r')),
      record.rolledBack(1),
      ...turn('c'),
    ]);
    expect(inputs(events)).toEqual(['a', 're: a', 'c', 're: c']);
  });

  it('does not give what was rolled back to the compaction after it', async () => {
    const { events } = await effectOf([...turn('a'), ...turn('b'), record.rolledBack(1), summary('s')]);
    expect(inputs(events)).toEqual(['a', 's']);
  });

  it('keeps every meta', async () => {
    const { events } = await effectOf([...turn('a'), record.meta(id, { memory_mode: 'disabled' }), summary('s')]);
    expect(events.filter(({ type }) => type === 'SessionMeta').length).toBe(2);
  });

  it.each([
    {},
    { message: null },
    { replacement_history: [] },
    { message: 's', replacement_history: ['text', null, 7] },
  ])('stands after a compaction that says little: %j', async (payload) => {
    const { events } = await effectOf([...turn('a'), ['compacted', payload], ...turn('b')]);
    expect(inputs(events).slice(-2)).toEqual(['b', 're: b']);
  });

  it('is the same from our own stream', async () => {
    const home = makeHome();
    home.rollout(
      id,
      envelope(record.meta(id), ...turn('a'), ...turn('b'), record.rolledBack(1), summary('s'), ...turn('c')),
    );
    const recorded = await readThread(home, id);
    const expected = await readThread(home, id, effective);
    const again = await readFileAlone(home.write('events.jsonl', jsonl(recorded.events)), effective);
    expect(again.events).toEqual(expected.events);
  });

  it('of a stream of several sessions goes session by session', async () => {
    const home = makeHome();
    const [one, two] = [idOf(1), idOf(2)];
    home.rollout(one, envelope(record.meta(one), ...turn('a'), summary('s'), ...turn('b')));
    home.rollout(two, envelope(record.meta(two), ...turn('x'), ...turn('y')));
    const events = [...(await readThread(home, one)).events, ...(await readThread(home, two)).events];
    const again = await readFileAlone(home.write('events.jsonl', jsonl(events)), effective);
    expect(inputs(again.events)).toEqual(['a', 's', 'b', 're: b', 'x', 're: x', 'y', 're: y']);
  });

  it('reports what is wrong once', async () => {
    const home = makeHome();
    home.rollout(
      id,
      `${jsonl(envelope(record.meta(id), ...turn('a'), summary('s')))}garbage\n${jsonl(envelope(...turn('b')))}`,
    );
    const { problems } = await readThread(home, id, effective);
    expect(problems.map(({ rule }) => rule)).toEqual(['BAD-JSON']);
  });
});

async function effectOf(entries: Entry[]) {
  const home = makeHome();
  home.rollout(id, envelope(record.meta(id), ...entries));
  return readThread(home, id, effective);
}

/** Texts of the messages that a model would be given. */
function inputs(events: PrintedEvent[]): string[] {
  return events.filter(({ item }) => item?.type === 'message').map(({ item }) => item.content[0].text);
}
