import type { ToolCall } from '../../model/event.ts';
import { Verbatim } from '../../model/verbatim.ts';
import type { JsonObject } from '../decode-line.ts';
import { isObject } from '../record.ts';

/**
 * One shape for every spelling of a tool call that Codex has used: function calls with a JSON string of arguments, custom
 * tools with free text, the Responses API's own local shell, and tool search.
 *
 * Further fields of the payload (`id`, `status`, `namespace`, …) are kept under their own names.
 */
export function toToolCall(payload: JsonObject): ToolCall {
  const { type, call_id, id, name, arguments: args, input, action, ...rest } = payload;
  const callId = asString(call_id) ?? asString(id) ?? null;
  const call: ToolCall = {
    type: 'tool_call',
    call_id: callId,
    name: asString(name) ?? nameOfType(asString(type)),
    ...(id !== undefined && id !== null && id !== callId && { id }),
    ...withoutPassthrough(rest),
  };

  const given = args ?? input ?? action;
  const parsed = addArguments(call, given, type === 'custom_tool_call');
  const command = commandOf(call.name, parsed);
  if (command) call.command = command;
  return call;
}

/** Recorded names of tools that run a command, over all versions. */
const shells = new Set(['shell', 'container.exec', 'local_shell', 'shell_command', 'exec_command', 'unified_exec']);

function addArguments(call: ToolCall, given: unknown, isFreeForm: boolean): unknown {
  if (typeof given !== 'string') {
    if (given !== undefined) call.arguments = new Verbatim(JSON.stringify(given));
    return given;
  }
  try {
    const value: unknown = JSON.parse(given);
    // A free-form input such as `42` is a text that happens to parse.
    if (!isFreeForm || (typeof value === 'object' && value !== null)) {
      call.arguments = new Verbatim(onOneLine(given));
      return value;
    }
  } catch {
    // Not JSON: kept as text below.
  }
  call.arguments_text = given;
  return undefined;
}

// Events are lines of UTF-8: white space between tokens may hold line breaks, strings cannot; half a surrogate pair must be
// escaped.
function onOneLine(json: string): string {
  return json
    .replace(/[\r\n]+/g, ' ')
    .replace(/\p{Surrogate}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`)
    .trim();
}

function commandOf(name: string, args: unknown): string[] | undefined {
  if (!shells.has(name) || !isObject(args)) return undefined;
  const command = args.command ?? args.cmd;
  if (Array.isArray(command)) return command.some(isCompound) ? undefined : command.map(String);
  if (typeof command !== 'string') return undefined;
  return [asString(args.shell) ?? 'bash', args.login === false ? '-c' : '-lc', command];
}

/** Models send such things as well. It is no argv then, and making a text of it may fail. */
function isCompound(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function nameOfType(type: string | undefined): string {
  return type?.replace(/_call$/, '') ?? 'unknown';
}

/** Codex's note to itself on how an item travels; it says nothing about the item. */
function withoutPassthrough(fields: JsonObject): JsonObject {
  const { internal_chat_message_metadata_passthrough: _, ...rest } = fields;
  return rest;
}

function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
