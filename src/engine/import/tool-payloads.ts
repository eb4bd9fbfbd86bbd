import { memberOf } from './member-of.ts';

type Fields = { [key: string]: unknown };

/** The payloads that a tool call may have been read from. */
export function* callPayloads(item: Fields, text: string): Generator<{ kind: string; payload: string }> {
  const { type: _, call_id: id, name, arguments: __, arguments_text: plain, command: ___, ...rest } = item;
  const args = memberOf(text, 'arguments');
  const head = { ...rest, ...(id !== null && { call_id: id }) };
  const object = (kind: string, key: string, more: Fields, value: string | undefined) => {
    const own = JSON.stringify({ type: kind, ...head, ...more });
    return { kind, payload: value === undefined ? own : `${own.slice(0, -1)},"${key}":${value}}` };
  };
  const quoted = args === undefined ? (plain === undefined ? undefined : JSON.stringify(plain)) : JSON.stringify(args);
  if (name === 'local_shell') yield object('local_shell_call', 'action', {}, args);
  if (name === 'tool_search') yield object('tool_search_call', 'arguments', {}, args);
  const custom = object('custom_tool_call', 'input', { name }, quoted);
  const plainCall = object('function_call', 'arguments', { name }, quoted);
  // Only custom tools have a status, and take what is no JSON.
  if (plain !== undefined && 'status' in rest) yield custom;
  yield plainCall;
  yield custom;
  yield object('function_call', 'arguments', { name }, args);
}

/**
 * The payloads that a tool's result may have been read from.
 *
 * @param call the kind of the call that it answers; undefined where there was none
 */
export function* resultPayloads(item: Fields, call: string | undefined): Generator<string> {
  const { type: _, call_id: id, output, status, exit_code: code, duration_ms: ms, parts, success, ...rest } = item;
  const head = { type: resultKinds[call ?? ''] ?? 'function_call_output', ...(id !== null && { call_id: id }) };
  // What a search found is no output, and without its outcome it would be no record of Codex.
  if (call === 'tool_search_call' && output === '') yield JSON.stringify({ ...head, status, ...rest });
  const wrapper = JSON.stringify({
    output,
    metadata: { exit_code: code, duration_seconds: typeof ms === 'number' ? ms / 1000 : undefined },
  });
  const contents = [output, wrapper];
  const outputs = [
    ...(parts === undefined ? [] : [parts]),
    ...contents,
    ...contents.map((content) => ({ content, success })),
  ];
  for (const more of [{}, { status }]) {
    for (const shown of outputs) {
      yield JSON.stringify({ ...head, output: shown, ...rest, ...more });
    }
  }
  yield JSON.stringify({ ...head, ...rest });
}

/** Those that have one of their own: Codex answers a local shell as it answers a function. */
const resultKinds: { [call: string]: string } = {
  custom_tool_call: 'custom_tool_call_output',
  tool_search_call: 'tool_search_output',
};
