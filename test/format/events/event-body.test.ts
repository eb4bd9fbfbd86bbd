import { describe, expect, it } from 'vitest';
import { validateEvent } from '../../../src/format/event-schema.ts';
import { bodyOf, envelopeOf, msgOf, printed } from './bodies.ts';

describe('a record', () => {
  it.each([
    ['session_meta', 'SessionMeta', 'meta'],
    ['turn_context', 'TurnContext', 'context'],
    ['compacted', 'Compacted', 'compacted'],
  ])('of type %s is a %s, to the last character', (onDisk, type, key) => {
    const payload = '{"id":"x","n":18446744073709551615,"f":1.0,"k":1,"k":2,"s":"\\ud83d"}';
    expect(printed(envelopeOf(onDisk, payload))).toBe(`{"type":"${type}","${key}":${payload}}`);
  });

  it.each([
    ['world_state', { full: true }, 'world_state'],
    ['token_usage_record', { usage: { total_tokens: 1 } }, 'token_usage_record'],
    ['inter_agent_communication', {}, 'inter_agent_communication'],
    ['event_msg', { type: 'from_the_future', a: 1 }, 'event_msg/from_the_future'],
    ['event_msg', { no: 'type' }, 'event_msg'],
    ['event_msg', { type: 'item_completed', item: { type: 'New' } }, 'event_msg/item_completed/New'],
    ['response_item', { type: 'from_the_future' }, 'response_item/from_the_future'],
    ['response_item', { type: 7 }, 'response_item'],
  ])('of type %s that nobody knows is kept whole: %j', (type, payload, record_type) => {
    const line = envelopeOf(type, payload);
    expect(printed(line)).toBe(`{"type":"Unknown","record_type":"${record_type}","raw":${line}}`);
    expect(validateEvent({ ...head, ...JSON.parse(printed(line)) }).ok).toBe(true);
  });

  it('of the bare dialect is what it would be later', () => {
    expect(bodyOf({ id: 'x', timestamp: 'T', instructions: null })).toMatchObject({ type: 'SessionMeta' });
    expect(bodyOf({ type: 'message', role: 'user', content: [] })).toMatchObject({
      type: 'ResponseItem',
      item: { type: 'message' },
    });
    expect(
      bodyOf({ type: 'function_call', name: 'shell', arguments: '{"command":["ls"]}', call_id: 'c' }),
    ).toMatchObject({
      item: { type: 'tool_call', command: ['ls'] },
    });
    expect(printed({ record_type: 'state' })).toBe(
      '{"type":"Unknown","record_type":"state","raw":{"record_type":"state"}}',
    );
  });
});

describe('a record of a known kind with fields of other types', () => {
  it.each([
    ['session_meta', { cwd: 7 }, 'meta/cwd must be a string'],
    ['event_msg', { type: 'thread_rolled_back', num_turns: 'two' }, 'msg/num_turns must be an integer'],
    ['response_item', { type: 'message' }, 'item "role" is missing'],
    [
      'response_item',
      { type: 'function_call_output', call_id: 'c', output: 'x', exit_code: 'seven' },
      'item/exit_code must be',
    ],
  ])('is kept whole, with the reason: %s %j', (type, payload, reason) => {
    const body = JSON.parse(printed(envelopeOf(type, payload)));
    expect(body).toMatchObject({ type: 'Unknown', raw: { type, payload }, error: expect.stringContaining(reason) });
    expect(validateEvent({ ...head, ...body }).ok).toBe(true);
  });
});

describe('an event_msg', () => {
  it.each([
    ['user_message', { message: 'hi', kind: 'plain' }, { type: 'UserMessage', text: 'hi', kind: 'plain' }],
    [
      'user_message',
      { message: 'hi', images: [], local_images: ['/a'], text_elements: [] },
      { type: 'UserMessage', text: 'hi', local_images: ['/a'] },
    ],
    [
      'user_message',
      { message: '', images: ['data:x'], audio: [] },
      { type: 'UserMessage', text: '', images: ['data:x'] },
    ],
    [
      'agent_message',
      { message: 'ok', phase: 'final', memory_citation: null },
      { type: 'AgentMessage', text: 'ok', phase: 'final' },
    ],
    ['agent_reasoning', { text: 'hm' }, { type: 'AgentReasoning', text: 'hm' }],
    ['task_started', { turn_id: 't', started_at: 1 }, { type: 'TurnStarted', turn_id: 't', started_at: 1 }],
    ['turn_started', { turn_id: 't' }, { type: 'TurnStarted', turn_id: 't' }],
    [
      'task_complete',
      { turn_id: 't', last_agent_message: null },
      { type: 'TurnComplete', turn_id: 't', last_agent_message: null },
    ],
    ['turn_aborted', { reason: 'interrupted' }, { type: 'TurnAborted', reason: 'interrupted' }],
    ['thread_rolled_back', { num_turns: 2 }, { type: 'ThreadRolledBack', num_turns: 2 }],
    ['context_compacted', {}, { type: 'ContextCompacted' }],
    ['entered_review_mode', { target: {} }, { type: 'EnteredReviewMode', target: {} }],
    ['exited_review_mode', { review_output: null }, { type: 'ExitedReviewMode', review_output: null }],
    [
      'thread_name_updated',
      { thread_id: 't', thread_name: 'n' },
      { type: 'ThreadNamed', thread_id: 't', thread_name: 'n' },
    ],
    ['thread_goal_updated', { threadId: 't', goal: {} }, { type: 'ThreadGoalUpdated', threadId: 't', goal: {} }],
    ['thread_settings_applied', { thread_settings: {} }, { type: 'ThreadSettingsApplied', thread_settings: {} }],
    ['error', { message: 'm' }, { type: 'Error', message: 'm' }],
    ['stream_error', { message: 'm' }, { type: 'StreamError', message: 'm' }],
  ])('%s %j', (type, payload, msg) => {
    expect(msgOf({ type, ...payload })).toEqual(msg);
  });

  it('passes on what it does not touch to the last character', () => {
    const payload = '{"turn_id":"t","type":"task_started","started_at":18446744073709551615,"x":1.0,"k":1,"k":2}';
    expect(printed(envelopeOf('event_msg', payload))).toBe(
      '{"type":"EventMsg","msg":{"type":"TurnStarted","turn_id":"t","started_at":18446744073709551615,"x":1.0,"k":1,"k":2}}',
    );
  });

  it('exec_command_end is a command with its time', () => {
    const payload = {
      type: 'exec_command_end',
      call_id: 'c',
      command: ['ls'],
      cwd: '/x',
      exit_code: 0,
      aggregated_output: 'a',
      duration: { secs: 0, nanos: 2_500_000 },
    };
    expect(msgOf(payload)).toEqual({
      type: 'CommandExecution',
      call_id: 'c',
      command: ['ls'],
      cwd: '/x',
      exit_code: 0,
      aggregated_output: 'a',
      duration_ms: 3,
    });
  });

  it.each([
    [{ secs: '2' }, 2000],
    [{ secs: null, nanos: 1e6 }, 1],
    [{ secs: { toString: 1, valueOf: 1 }, nanos: 0 }, null],
    [{ secs: 'a while', nanos: [] }, null],
  ])('a time may be odd: %j', (duration, duration_ms) => {
    expect(msgOf({ type: 'exec_command_end', duration })).toEqual({ type: 'CommandExecution', duration_ms });
  });

  it('patch_apply_end is a change of files', () => {
    const changes = { '/x/README.md': { type: 'update', unified_diff: '@@' } };
    const line = envelopeOf('event_msg', {
      type: 'patch_apply_end',
      call_id: 'c',
      turn_id: 't',
      stdout: 's',
      stderr: '',
      success: true,
      changes,
    });
    expect(JSON.parse(printed(line))).toEqual({
      type: 'ResponseItem',
      item: {
        type: 'file_change',
        call_id: 'c',
        changes,
        status: 'completed',
        success: true,
        turn_id: 't',
        stdout: 's',
        stderr: '',
      },
    });
  });

  it.each([
    [{ success: false }, 'failed'],
    [{ success: true }, 'completed'],
    [{ success: true, status: 'declined' }, 'declined'],
    [{}, null],
  ])('patch_apply_end %j has the status %s', (outcome, status) => {
    const body = JSON.parse(printed(envelopeOf('event_msg', { type: 'patch_apply_end', ...outcome })));
    expect(body.item).toMatchObject({ type: 'file_change', call_id: null, changes: {}, status });
  });

  it('sessions_approval is an approval', () => {
    const payload = { type: 'sessions_approval', call_id: 'c', decision: 'approved', by: 'user', reason: null };
    expect(JSON.parse(printed(envelopeOf('event_msg', payload)))).toEqual({
      type: 'ResponseItem',
      item: { type: 'approval', call_id: 'c', decision: 'approved', by: 'user', reason: null },
    });
  });

  it.each([
    { type: 'user_message', message: 7 },
    { type: 'user_message' },
    { type: 'agent_message', message: 'x', text: 'y' },
  ])('with a message that is none is kept whole: %j', (payload) => {
    expect(JSON.parse(printed(envelopeOf('event_msg', payload)))).toMatchObject({
      type: 'Unknown',
      record_type: `event_msg/${payload.type}`,
      raw: { payload },
    });
  });

  it('is plain data, whatever its fields are called', () => {
    const line = envelopeOf(
      'event_msg',
      '{"type":"user_message","message":"x","__proto__":{"type":"fake","hidden":1}}',
    );
    expect(printed(line)).toBe(
      '{"type":"EventMsg","msg":{"type":"UserMessage","text":"x","__proto__":{"type":"fake","hidden":1}}}',
    );
  });
});

describe('a token count', () => {
  const usage = {
    input_tokens: 1,
    cached_input_tokens: 2,
    output_tokens: 3,
    reasoning_output_tokens: 4,
    total_tokens: 10,
  };

  it('has totals of the thread and of the last request', () => {
    const info = {
      total_token_usage: usage,
      last_token_usage: { ...usage, total_tokens: 5 },
      model_context_window: 272_000,
    };
    expect(msgOf({ type: 'token_count', info, rate_limits: { primary: null } })).toEqual({
      type: 'TokenCount',
      total: usage,
      last: { ...usage, total_tokens: 5 },
      model_context_window: 272_000,
      rate_limits: { primary: null },
    });
  });

  it('has none before the first answer', () => {
    expect(msgOf({ type: 'token_count', info: null, rate_limits: null })).toEqual({
      type: 'TokenCount',
      total: null,
      last: null,
    });
    expect(msgOf({ type: 'token_count' })).toEqual({ type: 'TokenCount', total: null, last: null });
  });

  it('counts what is missing as 0', () => {
    expect(msgOf({ type: 'token_count', info: { total_token_usage: { input_tokens: 5 } } })).toMatchObject({
      total: { input_tokens: 5, cached_input_tokens: 0, output_tokens: 0, reasoning_output_tokens: 0, total_tokens: 0 },
    });
  });

  it('has numbers beyond 2^53 as strings of their digits', () => {
    const payload =
      '{"type":"token_count","info":{"total_token_usage":{"total_tokens":18446744073709551615,"input_tokens":9007199254740993}}}';
    const msg = msgOf(payload);
    expect(msg.total).toMatchObject({
      total_tokens: '18446744073709551615',
      input_tokens: '9007199254740993',
      output_tokens: 0,
    });
    const event = { ...head, type: 'EventMsg', msg };
    expect(validateEvent(event).ok).toBe(true);
  });

  it('has no number where a text is none', () => {
    expect(msgOf({ type: 'token_count', info: { total_token_usage: { total_tokens: 'many' } } })).toMatchObject({
      total: { total_tokens: 0 },
    });
  });
});

describe('a response_item', () => {
  it.each([
    ['message', 'message'],
    ['reasoning', 'reasoning'],
    ['web_search_call', 'web_search'],
    ['image_generation_call', 'image'],
    ['compaction', 'compaction'],
    ['compaction_summary', 'compaction'],
    ['context_compaction', 'compaction'],
    ['ghost_snapshot', 'ghost_snapshot'],
    ['additional_tools', 'additional_tools'],
    ['agent_message', 'agent_message'],
    ['other', 'other'],
  ])('%s is a %s, and otherwise as it was', (onDisk, type) => {
    const rest = '"role":"user","content":[],"n":9007199254740993,"f":1.0,"k":1,"k":2,"encrypted_content":"gAAA"';
    expect(printed(envelopeOf('response_item', `{"type":"${onDisk}",${rest}}`))).toBe(
      `{"type":"ResponseItem","item":{"type":"${type}",${rest}}}`,
    );
  });
});

const head = { schema: 'sessions.event/1', thread_id: null, seq: 0, timestamp: null, turn: 0 };
