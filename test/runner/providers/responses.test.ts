import { describe, expect, it } from 'vitest';
import { events, responsesEvents as sent } from '../../support/model-server.ts';
import { askServer, requestOf, userItem } from './asking.ts';

describe('the Responses API', () => {
  it('is asked as Codex asks it', async () => {
    const parameters = { type: 'object', properties: { command: { type: 'string' } } };
    const schema = { type: 'object', properties: {} };
    const request = requestOf({
      tools: [{ name: 'shell', description: 'Runs a command.', parameters }],
      reasoning: { effort: 'high', summary: 'auto' },
      outputSchema: schema,
    });
    const headers = { authorization: 'Bearer abc', 'x-own': '1' };
    const { requests } = await askServer(
      'responses',
      events(sent.completed()),
      { headers, query: { 'api-version': '2' } },
      request,
    );
    const [{ url, headers: got, body }] = requests as [(typeof requests)[0]];
    expect(url).toBe('/v1/responses?api-version=2');
    expect(got).toMatchObject({ ...headers, accept: 'text/event-stream', 'content-type': 'application/json' });
    expect(body).toEqual({
      model: 'a-model',
      instructions: 'Be brief.',
      input: [userItem],
      tools: [{ type: 'function', name: 'shell', description: 'Runs a command.', strict: false, parameters }],
      tool_choice: 'auto',
      parallel_tool_calls: true,
      reasoning: { effort: 'high', summary: 'auto' },
      store: false,
      stream: true,
      include: ['reasoning.encrypted_content'],
      prompt_cache_key: request.threadId,
      text: { format: { type: 'json_schema', strict: true, schema, name: 'output_schema' } },
    });
  });

  it('gets items as they are in the history, without what is only for Codex', async () => {
    const items = [
      { ...userItem, id: 'msg_0', internal_chat_message_metadata_passthrough: { turn_id: 'x' } },
      { type: 'reasoning', id: 'rs_1', summary: [], content: null, encrypted_content: 'abc' },
      { type: 'local_shell_call', call_id: 'c0', status: 'completed', action: { type: 'exec', command: ['ls'] } },
      { type: 'function_call_output', call_id: 'c0', output: [{ type: 'input_text', text: 'x' }] },
      { type: 'custom_tool_call', call_id: 'c1', name: 'apply_patch', input: '*** Begin Patch', status: 'completed' },
      { type: 'custom_tool_call_output', call_id: 'c1', output: 'Done' },
      { type: 'ghost_snapshot', ghost_commit: {} },
      { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'of another server' }] },
      { type: 'something_new', field: 1 },
    ];
    const { requests } = await askServer('responses', events(sent.completed()), {}, requestOf({ items }));
    const { internal_chat_message_metadata_passthrough: _, ...first } = items[0] as Record<string, unknown>;
    expect(requests[0]?.body.input).toEqual([first, ...items.slice(1, 6), items[8]]);
  });

  it('gives deltas, items verbatim and usage', async () => {
    const call = {
      type: 'function_call',
      id: 'fc_1',
      call_id: 'c1',
      name: 'shell',
      arguments: '{"a',
      odd: { deep: [1] },
    };
    const { events: got } = await askServer(
      'responses',
      events(
        { type: 'response.created', response: { id: 'resp_1' } },
        { type: 'response.reasoning_summary_part.added', summary_index: 0 },
        { type: 'response.reasoning_summary_text.delta', delta: 'Hm.' },
        { type: 'response.reasoning_summary_part.added', summary_index: 1 },
        sent.delta('Hel'),
        sent.delta('lo'),
        sent.message('Hello'),
        sent.item(call),
        sent.completed({
          input_tokens: 10,
          input_tokens_details: { cached_tokens: 4 },
          output_tokens: 5,
          output_tokens_details: { reasoning_tokens: 2 },
          total_tokens: 15,
        }),
      ),
    );
    expect(got).toEqual([
      { type: 'reasoning_delta', text: 'Hm.' },
      { type: 'reasoning_delta', text: '\n\n' },
      { type: 'text_delta', text: 'Hel' },
      { type: 'text_delta', text: 'lo' },
      { type: 'item', item: sent.message('Hello').item },
      { type: 'item', item: call },
      {
        type: 'completed',
        responseId: 'resp_1',
        usage: {
          input_tokens: 10,
          cached_input_tokens: 4,
          output_tokens: 5,
          reasoning_output_tokens: 2,
          total_tokens: 15,
        },
      },
    ]);
  });

  it('takes an answer without usage, and numbers of tokens that make no sense, for none', async () => {
    for (const usage of [null, { input_tokens: -1, output_tokens: 2 }, { input_tokens: '9', output_tokens: 2 }]) {
      const { final } = await askServer('responses', events(sent.completed(usage)));
      expect(final).toEqual({ type: 'completed', responseId: 'resp_1', usage: null });
    }
  });

  it.each([
    ['context_length_exceeded', 'Your input exceeds the context window', 'context-length', false, null],
    ['rate_limit_exceeded', 'Please try again in 11.054s.', 'rate-limit', true, 11_054],
    ['rate_limit_exceeded', 'Please try again in 28ms.', 'rate-limit', true, 28],
    ['insufficient_quota', 'You exceeded your current quota', 'rate-limit', false, null],
    ['server_is_overloaded', 'Try later', 'server', true, null],
    ['invalid_prompt', 'No', 'refused', false, null],
    ['something_else', 'Oh', 'server', true, null],
  ])('maps the failure %s', async (code, message, kind, isRetryable, retryAfterMs) => {
    const failure = { type: 'response.failed', response: { id: 'r', error: { code, message } } };
    const { final } = await askServer('responses', events(sent.delta('a'), failure));
    expect(final).toMatchObject({ type: 'failed', kind, isRetryable, retryAfterMs });
    expect((final as { message: string }).message).toContain(message);
    const plain = await askServer('responses', events({ type: 'error', code, message }));
    expect(plain.final).toMatchObject({ kind, isRetryable, retryAfterMs });
  });

  it.each([
    ['max_output_tokens', 'limit', false],
    ['content_filter', 'refused', false],
    ['other', 'stream', true],
  ])('maps an answer that is incomplete because of %s', async (reason, kind, isRetryable) => {
    const incomplete = { type: 'response.incomplete', response: { id: 'r', incomplete_details: { reason } } };
    expect((await askServer('responses', events(incomplete))).final).toMatchObject({ kind, isRetryable });
  });

  it.each([
    { type: 'function_call', name: 'x', arguments: '{}' },
    { type: 'function_call', name: 'x', call_id: 'c', arguments: 7 },
    { type: 'message', role: 'assistant', content: 'text' },
    { type: 'custom_tool_call', call_id: 'c', name: 'x' },
    { type: 'reasoning' },
    { no: 'type' },
    null,
    'text',
  ])('does not give an item that a rollout could not hold: %j', async (item) => {
    const { final, items } = await askServer('responses', events(sent.item(item as object), sent.completed()));
    expect(final).toMatchObject({ kind: 'stream', isRetryable: true });
    expect(items).toEqual([]);
  });

  it('writes arguments that came as an object as text', async () => {
    const call = { type: 'function_call', call_id: 'c', name: 'x', arguments: { a: 1 } };
    const { items } = await askServer('responses', events(sent.item(call), sent.completed()));
    expect(items).toEqual([{ ...call, arguments: '{"a":1}' }]);
  });
});
