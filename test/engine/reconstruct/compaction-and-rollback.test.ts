import { describe, expect, it } from 'vitest';
import { type Entry, record, turn, unmarkedTurn } from '../../builders.ts';
import { developer, replaced, stateOfRecords, summarised, texts } from './reconstructing.ts';

const environment = record.userItem('<environment_context>\n  <cwd>/x</cwd>\n</environment_context>');
const permissions = developer('<permissions instructions>all</permissions instructions>');
const { started, complete, rolledBack } = record;

/** A turn with items ahead of what the user says. */
function turnAfter(context: Entry[], text: string): Entry[] {
  const [start, ...rest] = turn(text) as [Entry, ...Entry[]];
  return [start, ...context, ...rest];
}

const left = async (entries: Entry[]) => texts(await stateOfRecords(entries));

// What is expected here was seen with the real Codex 0.169.0, which test/interop compares in full.
describe('a compaction', () => {
  it('that records a history leaves that', async () => {
    expect(await left([...turn('a'), replaced('kept', 'gist'), ...turn('b')])).toEqual(['kept', 'gist', 'b', 're: b']);
  });

  it('that records a summary leaves what the user said, and the summary', async () => {
    const entries = [permissions, environment, ...turn('a'), ...turn('b'), summarised('gist'), ...turn('c')];
    expect(await left(entries)).toEqual(['a', 'b', 'gist', 'c', 're: c']);
    const again = [...entries, summarised(''), ...turn('d')];
    expect(await left(again)).toEqual(['a', 'b', 'gist', 'c', '(no summary available)', 'd', 're: d']);
  });

  it('drops an older summary that says what it is', async () => {
    const prefix =
      'Another language model started to solve this problem and produced a summary of its thinking process. You also have access to the state of the tools that were used by that language model. Use this to';
    expect(await left([...turn('a'), summarised(`${prefix}\nold`), ...turn('b'), summarised('new')])).toEqual([
      'a',
      'b',
      'new',
    ]);
    expect(await left([...turn('a'), summarised('plain'), summarised('new')])).toEqual(['a', 'plain', 'new']);
  });

  it('keeps of a message with images its texts and its id', async () => {
    const image = { type: 'input_image', image_url: 'data:image/png;base64,AAAA' };
    const tag = { type: 'input_text', text: '<image name=[Image #1]>' };
    const end = { type: 'input_text', text: '</image>' };
    const look = { type: 'input_text', text: 'look' };
    const message = (content: object[]) => record.item('message', { role: 'user', id: 'msg_1', content });
    const { items } = await stateOfRecords([message([look, tag, image, end]), message([image]), summarised('gist')]);
    expect(items.slice(0, 2)).toEqual([
      { type: 'message', role: 'user', id: 'msg_1', content: [look] },
      { type: 'message', role: 'user', id: 'msg_1', content: [{ type: 'input_text', text: '' }] },
    ]);
  });

  it('keeps 20,000 tokens of what the user said, the newest first', async () => {
    const { items } = await stateOfRecords([
      ...turn('p'.repeat(50_000)),
      ...turn('q'.repeat(50_000)),
      ...turn(`long ${'é'.repeat(30_000)}`),
      summarised('gist'),
    ]);
    expect(items.length).toBe(3);
    const parts = (items[0] as unknown as { content: { text: string }[] }).content.map(({ text }) => text);
    expect(parts).toEqual(['q'.repeat(9996), '…7502 tokens truncated…', 'q'.repeat(9996)]);
  });

  it('cuts a message of several parts in the middle of them all', async () => {
    const content = ['A', 'B'].map((letter) => ({ type: 'input_text', text: letter.repeat(60_000) }));
    const { items } = await stateOfRecords([record.item('message', { role: 'user', content }), summarised('gist')]);
    const parts = (items[0] as unknown as { content: { text: string }[] }).content.map(({ text }) => text);
    expect(parts).toEqual(['A'.repeat(40_000), '…10000 tokens truncated…', 'B'.repeat(40_000)]);
  });
});

describe('a rollback', () => {
  it('drops the last turns of the user and what was sent ahead of them', async () => {
    const context = [permissions, environment];
    const entries = [...turnAfter(context, 'a'), ...turnAfter(context, 'b'), rolledBack(1), ...turn('c')];
    expect((await left(entries)).slice(2)).toEqual(['a', 're: a', 'c', 're: c']);
  });

  it('leaves what stands before the first turn', async () => {
    const entries = [...turnAfter([permissions, environment], 'a'), ...turn('b'), rolledBack(99), ...turn('c')];
    expect((await left(entries)).slice(2)).toEqual(['c', 're: c']);
    expect(await left([rolledBack(1), ...turn('c'), rolledBack(0)])).toEqual(['c', 're: c']);
  });

  it('leaves what a developer said ahead of a turn', async () => {
    const entries = [...turn('a'), ...turnAfter([developer('be quick'), environment], 'b'), rolledBack(1)];
    expect(await left(entries)).toEqual(['a', 're: a', 'be quick']);
  });

  it('counts each message of the user', async () => {
    const steered = [...turn('a'), started('b'), record.userItem('b'), record.userItem('and b'), complete('b')];
    expect(await left([...steered, rolledBack(1)])).toEqual(['a', 're: a', 'b']);
  });

  it('counts what a compaction left', async () => {
    const entries = [...turn('a'), ...turn('b'), started('m'), summarised('gist'), complete('m'), ...turn('c')];
    expect(await left([...entries, rolledBack(2)])).toEqual(['a', 'b']);
  });

  it('takes back the compaction of a turn that it drops', async () => {
    const inside = [
      started('b'),
      record.userItem('b'),
      replaced('kept', 'gist'),
      record.agentItem('re: b'),
      complete('b'),
    ];
    expect(await left([...turn('a'), ...inside, rolledBack(1)])).toEqual(['a', 're: a']);
    const between = [started('m'), replaced('kept', 'gist'), complete('m')];
    expect(await left([...turn('a'), ...turn('b'), ...between, ...turn('c'), rolledBack(2)])).toEqual(['a', 're: a']);
    expect(await left([...turn('a'), ...turn('b'), ...between, ...turn('c'), rolledBack(1)])).toEqual(['kept', 'gist']);
  });

  it('takes back every compaction where no starts of turns are recorded', async () => {
    const entries = [...unmarkedTurn('a'), replaced('kept'), ...unmarkedTurn('b'), rolledBack(1)];
    expect(await left(entries)).toEqual(['a', 're: a']);
  });

  it('goes back to the settings from before', async () => {
    const [start, context, ...rest] = turn('b') as [Entry, Entry, ...Entry[]];
    const other: Entry = ['turn_context', { ...context[1], model: 'gpt-6', effort: 'high' }];
    const before = await stateOfRecords([...turn('a'), start, other, ...rest]);
    expect(before.settings).toMatchObject({ model: 'gpt-6', reasoningEffort: 'high' });
    const after = await stateOfRecords([...turn('a'), start, other, ...rest, rolledBack(1)]);
    expect(after.settings).toMatchObject({ model: 'gpt-5', reasoningEffort: null });
    expect(after.tokens.total?.total_tokens).toBe(100);
  });
});
