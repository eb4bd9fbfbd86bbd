import { describe, expect, it } from 'vitest';
import { validateEvent } from '../../../src/format/event-schema.ts';
import { envelopeOf, printed } from './bodies.ts';

describe('an item that is completed', () => {
  it('of the user has text and images', () => {
    const content = [
      { type: 'text', text: 'look', text_elements: [] },
      { type: 'image', image_url: 'data:image/png;base64,AA==' },
      { type: 'local_image', path: '/x/a.png' },
      { type: 'text', text: 'here' },
    ];
    expect(completed({ type: 'UserMessage', id: 'i1', content })).toEqual({
      type: 'EventMsg',
      msg: {
        type: 'UserMessage',
        text: 'look\nhere',
        images: ['data:image/png;base64,AA=='],
        local_images: ['/x/a.png'],
        id: 'i1',
        turn_id: 'turn-1',
        started_at_ms: 1,
        completed_at_ms: 2,
      },
    });
  });

  it('of the agent has text', () => {
    expect(
      completed({ type: 'AgentMessage', id: 'i', content: [{ type: 'Text', text: 'hi' }], phase: 'final' }),
    ).toMatchObject({
      msg: { type: 'AgentMessage', text: 'hi', id: 'i', phase: 'final' },
    });
  });

  it('of reasoning joins its summary', () => {
    const item = { type: 'Reasoning', id: 'i', summary_text: ['a', 'b'], raw_content: ['c'] };
    expect(completed(item)).toMatchObject({
      msg: { type: 'Reasoning', text: 'a\n\nb', summary_text: ['a', 'b'], raw_content: ['c'] },
    });
  });

  it('of a command has its time in milliseconds', () => {
    const item = {
      type: 'CommandExecution',
      id: 'i',
      command: ['/bin/bash', '-lc', 'ls'],
      cwd: 'file:///home/dev',
      status: 'completed',
      aggregated_output: 'x',
      exit_code: 0,
      duration: { secs: 1, nanos: 234_567_890 },
    };
    const body = completed(item);
    expect(body.msg).toMatchObject({
      type: 'CommandExecution',
      command: item.command,
      exit_code: 0,
      duration_ms: 1235,
    });
    expect(body.msg).not.toHaveProperty('duration');
  });

  it('of a change of files is an item', () => {
    const changes = { '/x/a': { type: 'add', content: '1' } };
    expect(completed({ type: 'FileChange', id: 'call_1', changes, status: 'declined', stdout: '' })).toEqual({
      type: 'ResponseItem',
      item: {
        type: 'file_change',
        call_id: 'call_1',
        changes,
        status: 'declined',
        stdout: '',
        turn_id: 'turn-1',
        started_at_ms: 1,
        completed_at_ms: 2,
      },
    });
  });

  it('of a compaction says so', () => {
    expect(completed({ type: 'ContextCompaction', id: 'i' })).toMatchObject({
      msg: { type: 'ContextCompacted', id: 'i' },
    });
  });

  it.each([
    'Plan',
    'CollabAgentToolCall',
    'EnteredReviewMode',
    'ExitedReviewMode',
    'DynamicToolCall',
    'McpToolCall',
    'WebSearch',
  ])('of the kind %s keeps its name and its fields', (type) => {
    expect(completed({ type, id: 'i', text: 'x', nested: { a: [1] } })).toMatchObject({
      type: 'EventMsg',
      msg: { type, id: 'i', text: 'x', nested: { a: [1] }, turn_id: 'turn-1' },
    });
  });

  it.each(['ImageView', 'Plan'])('of the kind %s keeps its content', (type) => {
    expect(completed({ type, id: 'i', content: [{ a: 1 }] }).msg.content).toEqual([{ a: 1 }]);
  });

  it.each([{ type: 'SomethingNew', id: 'i' }, { id: 'i' }, 'text', null])(
    'of no known kind is kept whole: %j',
    (item) => {
      const body = completed(item);
      expect(body.type).toBe('Unknown');
      expect(body.raw.payload.item).toEqual(item);
    },
  );

  it('is no other for fields that are in the way', () => {
    const { msg } = completed({ type: 'UserMessage', text: 7, content: [{ type: 'text', text: 'mine' }] });
    expect(msg.text).toBe('mine');
  });

  it.each(['UserMessage', 'AgentMessage', 'Reasoning', 'CommandExecution', 'ContextCompaction', 'Plan'])(
    'of %s keeps the schema with little in it',
    (type) => {
      const item = type === 'CommandExecution' ? { type, command: ['ls'] } : { type };
      const event = {
        schema: 'sessions.event/1',
        thread_id: null,
        seq: 0,
        timestamp: null,
        turn: 0,
        ...completed(item),
      };
      expect(validateEvent(event)).toMatchObject({ ok: true });
    },
  );
});

function completed(item: unknown) {
  const payload = {
    type: 'item_completed',
    thread_id: 't',
    turn_id: 'turn-1',
    item,
    started_at_ms: 1,
    completed_at_ms: 2,
  };
  return JSON.parse(printed(envelopeOf('event_msg', payload)));
}
