import { describe, expect, it } from 'vitest';
import { stringify } from '../../../src/model/verbatim.ts';
import { envelope, idOf, jsonl, record, turn } from '../../builders.ts';
import { stateOfLines, stateOfRecords, texts } from './reconstructing.ts';

const { item } = record;

describe('the items of a history', () => {
  it('are the recorded payloads, in order, without the note on how they travelled', async () => {
    const note = { internal_chat_message_metadata_passthrough: { turn_id: 't' } };
    const call = { type: 'function_call', id: 'fc_1', name: 'shell', arguments: '{"n": 1}', call_id: 'c1' };
    const output = { type: 'function_call_output', call_id: 'c1', output: [{ type: 'input_text', text: 'hi' }] };
    const { items } = await stateOfRecords([
      record.started('a'),
      record.userItem('a'),
      item('reasoning', { id: 'rs', summary: [], content: null, encrypted_content: 'x', ...note }),
      ['response_item', { ...call, ...note }],
      ['response_item', { ...output, ...note }],
      record.agentItem('done'),
      record.complete('a'),
    ]);
    expect(items).toEqual([
      record.userItem('a')[1],
      { type: 'reasoning', id: 'rs', summary: [], content: null, encrypted_content: 'x' },
      call,
      output,
      record.agentItem('done')[1],
    ]);
  });

  it('leave out what is never sent', async () => {
    const kinds = ['ghost_snapshot', 'compaction_trigger', 'configuration_update', 'from_the_future', 'other'];
    const { items } = await stateOfRecords([
      ...turn('a'),
      item('message', { role: 'system', content: [] }),
      ...kinds.map((kind) => item(kind)),
      item('web_search_call', { id: 'ws' }),
      item('compaction_summary', { encrypted_content: 'x' }),
    ]);
    expect(items.slice(2)).toEqual([
      { type: 'web_search_call', id: 'ws' },
      { type: 'compaction', encrypted_content: 'x' },
    ]);
  });

  it('print with the digits, the key order and the escapes that were recorded', async () => {
    const payload =
      '{"zeta":9007199254740993,"type":"tool_search_output","10":1.0,"2":1e400,"execution":"server","a":"\\u00e9"}';
    const line = `{"timestamp":"2026-01-02T03:04:05.000Z","type":"response_item","payload":${payload}}\n`;
    const { items } = await stateOfLines(`${jsonl(envelope(record.meta(idOf(1))))}${line}`);
    expect(items.map((found) => stringify(found))).toEqual([payload]);
    expect(items[0]).toMatchObject({ zeta: '9007199254740993', a: 'é' });
  });

  it('drop the note from the printed text too', async () => {
    const payload =
      '{"type":"compaction_summary","n":9007199254740993,"internal_chat_message_metadata_passthrough":{"x":1}}';
    const line = `{"timestamp":"2026-01-02T03:04:05.000Z","type":"response_item","payload":${payload}}\n`;
    const { items } = await stateOfLines(`${jsonl(envelope(record.meta(idOf(1))))}${line}`);
    expect(items.map((found) => stringify(found))).toEqual(['{"type":"compaction","n":9007199254740993}']);
  });

  it('hold what other agents said', async () => {
    const said = { author: '/root', recipient: '/root/x', content: 'do it', trigger_turn: true };
    const { items } = await stateOfRecords([...turn('a'), ['inter_agent_communication', said]]);
    expect(items[2]).toEqual({
      type: 'agent_message',
      author: '/root',
      recipient: '/root/x',
      content: [{ type: 'input_text', text: 'do it' }],
    });
  });

  it('survive damage around them, which is reported', async () => {
    const lines = envelope(record.meta(idOf(1)), ...turn('a'), ...turn('b'));
    const broken =
      jsonl(lines.slice(0, 9)) +
      '{"timestamp":"x","type":"response_item","payload":{"type":"reasoning",\n' +
      jsonl(lines.slice(9));
    const state = await stateOfLines(`${broken}{"torn`);
    expect(texts(state)).toEqual(['a', 're: a', 'b', 're: b']);
    expect(state.problems.map(({ rule }) => rule).sort()).toEqual(['BAD-JSON', 'TORN-TAIL']);
    expect(state.obstacle).toBeNull();
  });
});

describe('calls and outputs', () => {
  const call = (id: string, more = {}) => item('function_call', { name: 'x', arguments: '{}', call_id: id, ...more });

  it('are paired: a call that was cut off gets an output behind it, as Codex 0.169 adds it', async () => {
    const { items, state } = await stateOfRecords([
      record.started('a'),
      record.userItem('a'),
      call('c1'),
      call('c2', { id: 'fc_9' }),
      item('custom_tool_call', { id: 'ctc_9', call_id: 'c4', name: 'apply_patch', input: 'x' }),
      item('local_shell_call', { id: 'ls_9', call_id: 'c5', action: {} }),
      item('tool_search_call', { id: 'ts_9', call_id: 'c7', execution: 'client', arguments: {} }),
      call('c8'),
      record.output('c8', 'there'),
    ]);
    const output = { type: 'function_call_output', output: 'aborted' };
    // The ids are those that the real Codex made of the same calls.
    expect(items.filter(({ type }) => type.endsWith('output'))).toEqual([
      { ...output, call_id: 'c1' },
      { ...output, id: 'fco_60afa6a8-a3e2-56c5-be49-57771e6bacb9', call_id: 'c2' },
      { ...output, id: 'ctco_1cc632e8-d382-56cc-84e9-3b0163a358b6', call_id: 'c4', type: 'custom_tool_call_output' },
      { ...output, id: 'fco_d93a140c-f26c-58a1-8c7b-1cf3c646a0f0', call_id: 'c5' },
      {
        type: 'tool_search_output',
        id: 'tso_232cee8b-fd87-5c15-aaaa-63305b5215ac',
        call_id: 'c7',
        status: 'completed',
        execution: 'client',
        tools: [],
      },
      { type: 'function_call_output', call_id: 'c8', output: 'there' },
    ]);
    expect(items.map(({ type }) => type).slice(1, 3)).toEqual(['function_call', 'function_call_output']);
    expect(state).toBe('interrupted');
  });

  it('leave out an output that nobody asked for', async () => {
    const { items } = await stateOfRecords([
      ...turn('a'),
      record.output('gone', 'x'),
      item('custom_tool_call_output', { call_id: 'gone', output: 'x' }),
      item('tool_search_output', { call_id: 'gone', execution: 'client', tools: [] }),
      item('tool_search_output', { call_id: 'its own', execution: 'server', tools: [] }),
      item('custom_tool_call', { call_id: 'other', name: 'x', input: '' }),
      record.output('other', 'of another kind'),
    ]);
    expect(items.slice(2).map(({ type, output }) => [type, output])).toEqual([
      ['tool_search_output', undefined],
      ['custom_tool_call', undefined],
      ['custom_tool_call_output', 'aborted'],
    ]);
  });
});
