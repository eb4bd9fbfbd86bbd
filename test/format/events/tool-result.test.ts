import { describe, expect, it } from 'vitest';
import { itemOf } from './bodies.ts';

describe('a tool result', () => {
  it('of 0.20 to 0.53 is opened: JSON text with output and metadata', () => {
    const output = JSON.stringify({ output: 'boom\n', metadata: { exit_code: 3, duration_seconds: 0.25 } });
    expect(resultOf(output)).toEqual({
      type: 'tool_result',
      call_id: 'c1',
      output: 'boom\n',
      status: 'failed',
      exit_code: 3,
      duration_ms: 250,
    });
  });

  it.each([
    ['{"output":5,"metadata":{}}'],
    ['{"output":"x"}'],
    ['{"output":"x","metadata":null}'],
    ['{"output":"x","metadata":{'],
    ['{"status":{"a":1},"timed_out":false}'],
  ])('that only resembles that is text: %s', (output) => {
    expect(resultOf(output)).toEqual({ type: 'tool_result', call_id: 'c1', output, status: 'completed' });
  });

  it.each([
    ['0.61 to 0.89', 'Exit code: 1\nWall time: 0.5 seconds\nOutput:\nnope', 1, 500],
    [
      '0.98 on',
      'Chunk ID: a1b2c3\nWall time: 1.234 seconds\nProcess exited with code 127\nOriginal token count: 2\nOutput:\nx',
      127,
      1234,
    ],
    ['one second', 'Exit code: 0\nWall time: 1 second\nOutput:\n', 0, 1000],
    ['a signal', 'Exit code: -1\nWall time: 0 seconds\nOutput:\n', -1, 0],
    [
      'still running',
      'Chunk ID: a\nWall time: 2 seconds\nProcess running with session ID 5\nOutput:\nExit code: 7',
      undefined,
      2000,
    ],
    ['no output line', 'Exit code: 2\nWall time: 3 seconds', 2, 3000],
  ])('with a header (%s) keeps it and tells what it says', (_what, output, exit_code, duration_ms) => {
    const result = resultOf(output);
    expect(result).toMatchObject({ output, duration_ms, status: exit_code ? 'failed' : 'completed' });
    expect(result.exit_code).toBe(exit_code);
  });

  it.each([
    ['what the command printed', 'Exit code: 0\nWall time: 1 seconds\nOutput:\nExit code: 9\nWall time: 9 seconds\n'],
    ['a later line', 'Exit code: 0\nWall time: 1 seconds\nOutput:\nProcess exited with code 9'],
  ])('does not take %s for its header', (_what, output) => {
    expect(resultOf(output)).toMatchObject({ exit_code: 0, duration_ms: 1000, status: 'completed' });
  });

  it.each([
    'Exit code: 99999999999999999999\nOutput:\n',
    'Wall time: 1.2.3 seconds\nOutput:\n',
    'Wall time: . seconds\nOutput:',
  ])('has no number where %j has none', (output) => {
    expect(resultOf(output)).toEqual({ type: 'tool_result', call_id: 'c1', output, status: 'completed' });
  });

  it('of a sandbox that denied tells the exit code', () => {
    const output =
      'failed in sandbox LinuxSeccomp with execution error: sandbox denied exec error, exit code: 1, stdout: , stderr: bash: denied\n';
    expect(resultOf(output)).toMatchObject({ exit_code: 1, status: 'failed' });
  });

  it.each([
    ['exec command rejected by user', 'declined'],
    ['patch rejected by user', 'declined'],
    ['rejected by user', 'declined'],
    ['exec command not approved: nobody could be asked (there is no terminal)', 'declined'],
    ['patch not approved: nobody answered (the input ended); it writes outside', 'declined'],
    ['MCP tool call not approved: the approval could not be recorded', 'declined'],
    ['tool call rejected by user', 'declined'],
    ['exec_command failed: CreateProcess { message: "Rejected(\\"rejected by user\\")" }', 'declined'],
    [
      'exec_command failed for `/bin/bash -lc \'rm x\'`: CreateProcess { message: "Rejected(\\"rejected by user\\")" }',
      'declined',
    ],
    ['aborted by user after 0.1s', 'aborted'],
    ['Wall time: 0.2 seconds\naborted by user', 'aborted'],
    ['unsupported call: wait_agent', 'failed'],
    ['unsupported custom tool call: exec', 'failed'],
    ['failed in sandbox: bash: line 1: /nope.txt: Permission denied', 'failed'],
    ['apply_patch verification failed: no such line', 'failed'],
    ['exec_command failed: CreateProcess { message: "Codex(Sandbox(Denied { exit_code: 1" }', 'failed'],
    ['Plan updated', 'completed'],
    ['', 'completed'],
    ['a text\nin which a command rejected by user is spoken of', 'completed'],
    ['Exit code: 0\nWall time: 1 seconds\nOutput:\nexec command rejected by user', 'completed'],
    ['the request was aborted by user', 'completed'],
    ['Exit code: 0\nOutput:\nexec command not approved: nobody', 'completed'],
    ['this tool says that the exec command not approved: x', 'completed'],
  ])('%j is %s', (output, status) => {
    expect(resultOf(output).status).toBe(status);
  });

  it.each(['failed', 'declined', 'aborted'])('has the status that is recorded: %s', (status) => {
    expect(
      itemOf({ type: 'function_call_output', call_id: 'c', output: 'Exit code: 0\nOutput:\n', status }).status,
    ).toBe(status);
  });

  it('in code mode is the texts of its parts', () => {
    const output = [
      { type: 'input_text', text: 'one' },
      { type: 'input_text', text: 'two' },
    ];
    expect(itemOf({ type: 'custom_tool_call_output', id: 'ctco_1', call_id: 'c1', output })).toEqual({
      type: 'tool_result',
      call_id: 'c1',
      output: 'one\ntwo',
      status: 'completed',
      id: 'ctco_1',
    });
  });

  it('with other parts keeps them', () => {
    const output = [
      { type: 'input_text', text: 'see' },
      { type: 'input_image', image_url: 'data:,x' },
    ];
    expect(itemOf({ type: 'function_call_output', call_id: 'c', output })).toMatchObject({
      output: 'see',
      parts: output,
    });
    expect(itemOf({ type: 'function_call_output', call_id: 'c', output: [] }).output).toBe('');
  });

  it('that is an object tells its content and its success', () => {
    const output = { content: 'nope', success: false };
    expect(resultOf(output)).toMatchObject({ output: 'nope', success: false, status: 'failed' });
    expect(resultOf({ content: 'ok', success: true })).toMatchObject({
      output: 'ok',
      success: true,
      status: 'completed',
    });
    expect(resultOf({ other: 1 })).toMatchObject({ output: '{"other":1}' });
  });

  it('of a tool search keeps the tools', () => {
    const tools = [{ name: 'lookup' }];
    expect(
      itemOf({ type: 'tool_search_output', call_id: 'c', status: 'completed', execution: 'client', tools }),
    ).toEqual({
      type: 'tool_result',
      call_id: 'c',
      output: '',
      status: 'completed',
      execution: 'client',
      tools,
    });
  });

  it('keeps further fields under their own names, and its own fields as they are', () => {
    const result = itemOf({
      type: 'function_call_output',
      call_id: 'c',
      output: 'x',
      name: 'n',
      future: 1,
      empty: null,
    });
    expect(result).toEqual({
      type: 'tool_result',
      call_id: 'c',
      output: 'x',
      status: 'completed',
      name: 'n',
      future: 1,
    });
    const outcome = itemOf({
      type: 'function_call_output',
      call_id: 'c',
      output: 'Exit code: 4\nOutput:\n',
      exit_code: 'seven',
    });
    expect(outcome.exit_code).toBe(4);
  });

  it('without a call has none', () => {
    expect(itemOf({ type: 'function_call_output', output: 'x' }).call_id).toBeNull();
  });
});

function resultOf(output: unknown) {
  return itemOf({ type: 'function_call_output', call_id: 'c1', output });
}
