import { describe, expect, it } from 'vitest';
import { envelopeOf, itemOf, printed } from './bodies.ts';

describe('a tool call', () => {
  it.each([
    ['shell (0.20 to 0.53)', call('shell', { command: ['bash', '-lc', 'ls'], timeout_ms: 1 }), ['bash', '-lc', 'ls']],
    ['container.exec', call('container.exec', { cmd: ['ls', '-l'] }), ['ls', '-l']],
    ['local_shell', call('local_shell', { command: ['ls'] }), ['ls']],
    [
      'shell_command (0.61 to 0.89)',
      call('shell_command', { command: 'ls | wc', workdir: '/x' }),
      ['bash', '-lc', 'ls | wc'],
    ],
    ['shell_command without login', call('shell_command', { command: 'ls', login: false }), ['bash', '-c', 'ls']],
    ['exec_command (0.98 on)', call('exec_command', { cmd: 'ls', yield_time_ms: 5 }), ['bash', '-lc', 'ls']],
    ['exec_command with a shell', call('exec_command', { cmd: 'ls', shell: '/bin/zsh' }), ['/bin/zsh', '-lc', 'ls']],
    ['unified_exec', call('unified_exec', { cmd: 'ls' }), ['bash', '-lc', 'ls']],
  ])('of %s has its argv', (_what, payload, command) => {
    expect(itemOf(payload)).toMatchObject({ type: 'tool_call', call_id: 'c1', name: payload.name, command });
    expect(itemOf(payload).arguments).toEqual(JSON.parse(payload.arguments));
  });

  it('of the Responses API itself is local_shell', () => {
    const action = { type: 'exec', command: ['ls', '-la'], timeout_ms: 1000, working_directory: '/x' };
    expect(itemOf({ type: 'local_shell_call', id: 'ls_1', call_id: null, status: 'completed', action })).toEqual({
      type: 'tool_call',
      call_id: 'ls_1',
      name: 'local_shell',
      status: 'completed',
      arguments: action,
      command: ['ls', '-la'],
    });
  });

  it('of a custom tool keeps its free text', () => {
    const input = '*** Begin Patch\n*** Add File: a\n+1\n*** End Patch';
    const item = itemOf({ type: 'custom_tool_call', call_id: 'c1', name: 'apply_patch', input, status: 'completed' });
    expect(item).toEqual({
      type: 'tool_call',
      call_id: 'c1',
      name: 'apply_patch',
      status: 'completed',
      arguments_text: input,
    });
  });

  it('of a custom tool is text also where it happens to be a number', () => {
    expect(itemOf({ type: 'custom_tool_call', call_id: 'c', name: 'x', input: '42' })).toMatchObject({
      arguments_text: '42',
    });
    expect(itemOf({ type: 'custom_tool_call', call_id: 'c', name: 'x', input: '{"a":1}' })).toMatchObject({
      arguments: { a: 1 },
    });
  });

  it('in code mode keeps the program', () => {
    const input = "const r = await tools.exec_command({cmd: 'ls'}); text(r);";
    const item = itemOf({
      type: 'custom_tool_call',
      id: 'ctc_1',
      status: 'completed',
      call_id: 'c1',
      name: 'exec',
      input,
    });
    expect(item).toMatchObject({ call_id: 'c1', id: 'ctc_1', name: 'exec', arguments_text: input });
    expect(item).not.toHaveProperty('command');
  });

  it.each([
    ['function', { type: 'function_call', name: 'update_plan', call_id: 'c', arguments: '{"plan":[]}' }, 'update_plan'],
    [
      'MCP tool',
      { type: 'function_call', name: 'lookup', namespace: 'mcp__tickets', call_id: 'c', arguments: '{}' },
      'lookup',
    ],
    [
      'tool search',
      { type: 'tool_search_call', call_id: 'c', execution: 'x', arguments: { query: 'q' } },
      'tool_search',
    ],
    ['nameless function', { type: 'function_call', call_id: 'c', arguments: '{}' }, 'function'],
  ])('of a %s has a name', (_what, payload, name) => {
    const item = itemOf(payload);
    expect(item).toMatchObject({ type: 'tool_call', call_id: 'c', name });
    expect(item.namespace).toBe((payload as { namespace?: string }).namespace);
    expect(item).not.toHaveProperty('command');
  });

  it('goes by its own id where it has no call_id', () => {
    expect(itemOf({ type: 'function_call', id: 'fc_1', name: 'x', arguments: '{}' })).toMatchObject({
      call_id: 'fc_1',
    });
    expect(itemOf({ type: 'function_call', name: 'x', arguments: '{}' })).toMatchObject({ call_id: null });
  });

  it('keeps further fields, and not the note on how it travelled', () => {
    const item = itemOf({
      ...call('x', {}),
      future: { a: [1] },
      internal_chat_message_metadata_passthrough: { turn_id: 't' },
    });
    expect(item).toEqual({ type: 'tool_call', call_id: 'c1', name: 'x', future: { a: [1] }, arguments: {} });
  });

  it('keeps what its arguments are to the last character, on one line', () => {
    const args = '{\n "n": 9007199254740993,\r\n "a": 1.0, "a": 2, "s": "\\n\\ud83d\u2028" }';
    const line = printed(
      envelopeOf('response_item', { type: 'function_call', call_id: 'c', name: 'x', arguments: args }),
    );
    expect(line).toContain('"arguments":{  "n": 9007199254740993,  "a": 1.0, "a": 2, "s": "\\n\\ud83d\u2028" }');
    expect(line).not.toMatch(/[\n\r]/);
  });

  it('keeps half a surrogate pair in its arguments, as an escape', () => {
    const line = printed(
      envelopeOf(
        'response_item',
        '{"type":"function_call","call_id":"c","name":"x","arguments":"{\\"s\\":\\"\\ud83d 😀\\"}"}',
      ),
    );
    expect(line).toContain('"arguments":{"s":"\\ud83d 😀"}');
    expect(Buffer.from(line).toString()).toBe(line);
  });

  it.each([
    ['text that is no JSON', 'not json'],
    ['an empty text', ''],
    ['JSON cut short', '{"cmd":"ls'],
  ])('keeps arguments that are %s', (_what, args) => {
    expect(itemOf({ type: 'function_call', call_id: 'c', name: 'exec_command', arguments: args })).toEqual({
      type: 'tool_call',
      call_id: 'c',
      name: 'exec_command',
      arguments_text: args,
    });
  });

  it.each([
    ['no arguments', undefined],
    ['null', null],
  ])('may have %s', (_what, args) => {
    expect(itemOf({ type: 'function_call', call_id: 'c', name: 'x', arguments: args })).not.toHaveProperty(
      'arguments_text',
    );
  });

  it('of a shell that names things which no text can be made of has no argv', () => {
    const deep = `{"command":${'['.repeat(1e5)}${']'.repeat(1e5)}}`;
    for (const args of [deep, '{"command":[{"toString":1,"valueOf":1}]}', '{"command":[["ls"]]}']) {
      const item = itemOf({ type: 'function_call', call_id: 'c1', name: 'shell', arguments: args });
      expect(item).not.toHaveProperty('command');
    }
  });

  it.each([[[1, 2]], ['ls'], [{ command: { a: 1 } }], [null], [{ command: null }]])(
    'of a shell without a command has no argv: %j',
    (args) => {
      expect(itemOf(call('shell', args))).not.toHaveProperty('command');
    },
  );

  it('is plain data, whatever its fields are called', () => {
    const item = itemOf(
      '{"type":"function_call","call_id":"c","name":"x","arguments":"{}","__proto__":{"type":"fake"}}',
    );
    expect(Object.keys(item)).toContain('__proto__');
    expect(item.type).toBe('tool_call');
  });
});

function call(name: string, args: unknown) {
  return { type: 'function_call', name, arguments: JSON.stringify(args), call_id: 'c1' };
}
