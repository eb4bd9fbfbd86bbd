import { describe, expect, it } from 'vitest';
import type { ModelItem } from '../../../src/model/history.ts';
import { messagesOf } from '../../../src/runner/providers/chat-messages.ts';
import { chatChunk, events } from '../../support/model-server.ts';
import { askServer, requestOf, userItem } from './asking.ts';

const says = (role: string, ...texts: string[]): ModelItem => ({
  type: 'message',
  role,
  content: texts.map((text) => ({ type: role === 'assistant' ? 'output_text' : 'input_text', text })),
});
const calls = (id: string, text = '{}'): ModelItem => ({
  type: 'function_call',
  name: 'f',
  call_id: id,
  arguments: text,
});
const output = (id: string, text: unknown): ModelItem => ({ type: 'function_call_output', call_id: id, output: text });
const call = (id: string, text = '{}', name = 'f') => ({ id, type: 'function', function: { name, arguments: text } });

describe('messages of chat completions', () => {
  it('begin with one system message of the instructions and what developers say first', () => {
    const items = [
      says('developer', 'rules'),
      says('user', 'a', 'b'),
      says('developer', 'more'),
      says('assistant', 'c'),
    ];
    expect(messagesOf('be brief', items)).toEqual([
      { role: 'system', content: 'be brief\n\nrules' },
      { role: 'user', content: 'a\nb' },
      { role: 'system', content: 'more' },
      { role: 'assistant', content: 'c' },
    ]);
    expect(messagesOf('', [says('user', 'a')])).toEqual([{ role: 'user', content: 'a' }]);
  });

  it('group the calls of one answer, and answer each at once', () => {
    const reasoning = { type: 'reasoning', summary: [] };
    const items = [
      says('user', 'go'),
      reasoning,
      says('assistant', 'I will.'),
      calls('a', '{"x":1}'),
      calls('b'),
      output('b', 'of b'),
      output('a', 'of a'),
      calls('c'),
      output('c', 'of c'),
      says('assistant', 'Done.'),
    ];
    expect(messagesOf('', items)).toEqual([
      { role: 'user', content: 'go' },
      { role: 'assistant', content: 'I will.', tool_calls: [call('a', '{"x":1}'), call('b')] },
      { role: 'tool', tool_call_id: 'a', content: 'of a' },
      { role: 'tool', tool_call_id: 'b', content: 'of b' },
      { role: 'assistant', content: null, tool_calls: [call('c')] },
      { role: 'tool', tool_call_id: 'c', content: 'of c' },
      { role: 'assistant', content: 'Done.' },
    ]);
  });

  it('repair what a server would refuse: no output, an output too late, an output of nothing, broken arguments', () => {
    const items = [
      calls('lost'),
      calls('late', '{"broken'),
      says('user', 'stop'),
      output('late', 'of late'),
      output('nothing', 'x'),
    ];
    expect(messagesOf('', items)).toEqual([
      {
        role: 'assistant',
        content: null,
        tool_calls: [call('lost'), call('late', '{"invalid_arguments":"{\\"broken"}')],
      },
      { role: 'tool', tool_call_id: 'lost', content: 'aborted' },
      { role: 'tool', tool_call_id: 'late', content: 'of late' },
      { role: 'user', content: 'stop' },
    ]);
  });

  it('keep apart two calls with the same id', () => {
    const items = [calls('a'), output('a', '1'), calls('a'), output('a', '2')];
    const contents = messagesOf('', items).filter(({ role }) => role === 'tool');
    expect(contents.map(({ content }) => content)).toEqual(['1', '2']);
  });

  it('turn custom tools and shell calls into functions', () => {
    const items = [
      { type: 'custom_tool_call', call_id: 'p', name: 'apply_patch', input: '*** Begin' },
      { type: 'local_shell_call', call_id: 's', action: { type: 'exec', command: ['ls'] } },
      { type: 'custom_tool_call_output', call_id: 'p', output: 'ok' },
      output('s', [{ type: 'input_text', text: 'x' }]),
    ];
    expect(messagesOf('', items)).toEqual([
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          call('p', '{"input":"*** Begin"}', 'apply_patch'),
          call('s', '{"type":"exec","command":["ls"]}', 'local_shell'),
        ],
      },
      { role: 'tool', tool_call_id: 'p', content: 'ok' },
      { role: 'tool', tool_call_id: 's', content: 'x' },
    ]);
  });

  it('carry images of users and, after the outputs, of tools', () => {
    const image = { type: 'input_image', image_url: 'data:image/png;base64,AA', detail: 'high' };
    const part = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA', detail: 'high' } };
    const user = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'see' }, image] };
    expect(messagesOf('', [user, calls('v'), output('v', [image]), says('user', 'and?')])).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'see' }, part] },
      { role: 'assistant', content: null, tool_calls: [call('v')] },
      { role: 'tool', tool_call_id: 'v', content: '[image]' },
      { role: 'user', content: [part] },
      { role: 'user', content: 'and?' },
    ]);
  });
});

describe('chat completions', () => {
  it('are asked for with tools, a schema and usage', async () => {
    const parameters = { type: 'object' };
    const { requests } = await askServer(
      'chat',
      events(chatChunk({ content: 'x' }, 'stop'), '[DONE]'),
      {},
      requestOf({
        tools: [{ name: 'f', description: 'd', parameters }],
        reasoning: { effort: 'low', summary: 'auto' },
        outputSchema: { type: 'object' },
      }),
    );
    expect(requests[0]?.url).toBe('/v1/chat/completions');
    expect(requests[0]?.body).toEqual({
      model: 'a-model',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'hello' },
      ],
      stream: true,
      stream_options: { include_usage: true },
      tools: [{ type: 'function', function: { name: 'f', description: 'd', parameters } }],
      tool_choice: 'auto',
      parallel_tool_calls: true,
      reasoning_effort: 'low',
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'output_schema', strict: true, schema: { type: 'object' } },
      },
    });
  });

  it('become reasoning, a message and calls, joined by index, with ids that stay the same', async () => {
    const piece = (index: number, fields: object) => ({ tool_calls: [{ index, ...fields }] });
    const act = events(
      chatChunk({ role: 'assistant', reasoning_content: 'Hm' }),
      chatChunk({ content: 'I ' }),
      chatChunk({ content: 'will' }),
      chatChunk(piece(0, { id: 'call_x', type: 'function', function: { name: 'one', arguments: '' } })),
      chatChunk(piece(1, { function: { name: 'two', arguments: '{"b"' } })),
      chatChunk(piece(0, { function: { arguments: '{"a":' } })),
      chatChunk(piece(1, { function: { arguments: ':2}' } })),
      chatChunk(piece(0, { function: { arguments: '1}' } })),
      chatChunk({}, 'tool_calls'),
      { id: 'chatcmpl-1', choices: [], usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 } },
      '[DONE]',
    );
    const first = await askServer('chat', act);
    expect(first.text).toBe('I will');
    expect(first.events[0]).toEqual({ type: 'reasoning_delta', text: 'Hm' });
    expect(first.items).toMatchObject([
      { type: 'reasoning', content: [{ type: 'reasoning_text', text: 'Hm' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I will' }] },
      { type: 'function_call', call_id: 'call_x', name: 'one', arguments: '{"a":1}' },
      {
        type: 'function_call',
        call_id: expect.stringMatching(/^call_[0-9a-f]{24}$/),
        name: 'two',
        arguments: '{"b":2}',
      },
    ]);
    expect(first.final).toMatchObject({
      responseId: 'chatcmpl-1',
      usage: { input_tokens: 7, cached_input_tokens: 0, output_tokens: 3, total_tokens: 10 },
    });
    expect((await askServer('chat', act)).items).toEqual(first.items);
    const later = await askServer('chat', act, {}, requestOf({ items: [userItem, userItem] }));
    expect(later.items[3]?.call_id).not.toBe(first.items[3]?.call_id);
  });

  it('get new ids where a server uses one twice', async () => {
    const twice = [{ index: 0, id: 'call_0', function: { name: 'f', arguments: '{}' } }];
    const act = events(chatChunk({ tool_calls: [...twice, { ...twice[0], index: 1 }] }, 'tool_calls'), '[DONE]');
    const { items } = await askServer('chat', act, {}, requestOf({ items: [userItem, calls('call_0')] }));
    const ids = items.map(({ call_id }) => call_id);
    expect(new Set([...ids, 'call_0']).size).toBe(3);
  });

  it('take calls without an index, without arguments, and with arguments as an object', async () => {
    const tool_calls = [
      { id: 'a', function: { name: 'one' } },
      { id: 'b', function: { name: 'two', arguments: { x: 1 } } },
    ];
    const { items } = await askServer('chat', events(chatChunk({ tool_calls }, 'tool_calls')));
    expect(items).toMatchObject([
      { call_id: 'a', arguments: '{}' },
      { call_id: 'b', arguments: '{"x":1}' },
    ]);
  });

  it.each([
    ['the end mark alone', ['[DONE]'], true],
    ['a reason alone', [chatChunk({}, 'stop')], true],
    ['neither', [], false],
  ])('end with %s', async (_, end, isWhole) => {
    const { final, items } = await askServer('chat', events(chatChunk({ content: 'x' }), ...(end as object[])));
    expect(final.type).toBe(isWhole ? 'completed' : 'failed');
    expect(items).toHaveLength(isWhole ? 1 : 0);
    if (!isWhole) expect(final).toMatchObject({ kind: 'stream', isRetryable: true });
  });

  it('are whole when the connection breaks after their reason', async () => {
    const { final, items } = await askServer('chat', async ({ response, socket }) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify(chatChunk({ content: 'x' }, 'stop'))}\n\n`);
      setTimeout(() => socket.destroy(), 50);
    });
    expect(final.type).toBe('completed');
    expect(items).toHaveLength(1);
  });

  it.each([
    ['length', { kind: 'context-length', isRetryable: false }],
    ['content_filter', { kind: 'refused', isRetryable: false }],
  ])('that end because of %s give no item', async (reason, expected) => {
    const { final, items } = await askServer('chat', events(chatChunk({ content: 'x' }, reason), '[DONE]'));
    expect(final).toMatchObject(expected);
    expect(items).toEqual([]);
  });

  it.each([
    [
      { message: 'the request exceeds the available context size', type: 'exceed_context_size_error' },
      'context-length',
    ],
    [{ message: "This model's maximum context length is 4096 tokens.", code: 400 }, 'context-length'],
    [{ message: 'model crashed', code: 500 }, 'server'],
    [{ message: 'bad', code: 400 }, 'refused'],
    ['plain text', 'server'],
  ])('map an error in the stream: %j', async (error, kind) => {
    const { final } = await askServer('chat', events(chatChunk({ content: 'x' }), { error }));
    expect(final).toMatchObject({ kind });
  });

  it.each([
    [[{ index: 0, id: 'a', function: { arguments: '{}' } }], 'stream'],
    [[{ index: 5000, id: 'a', function: { name: 'f' } }], 'limit'],
    [[{ index: -1, id: 'a', function: { name: 'f' } }], 'limit'],
    [[null], 'stream'],
  ])('with broken calls fail: %j', async (tool_calls, kind) => {
    const { final, items } = await askServer('chat', events(chatChunk({ content: 'x', tool_calls }, 'stop'), '[DONE]'));
    expect(final).toMatchObject({ kind });
    expect(items).toEqual([]);
  });
});
