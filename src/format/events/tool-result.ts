import type { ToolResult } from '../../model/event.ts';
import type { JsonObject } from '../decode-line.ts';
import { isObject } from '../record.ts';

/**
 * One shape for every form of tool output that Codex has written: plain text, JSON text with `output` and `metadata`
 * (0.20 to 0.53, and patches up to 0.120), text with a header that names exit code and wall time, and arrays of parts.
 *
 * `output` is what the model saw; only the JSON wrapper is opened, because all that it holds has a field here. The exit
 * code and the duration are read from the wrapper or the header. Further fields are kept under their own names.
 */
export function toToolResult(payload: JsonObject): ToolResult {
  const { type: _, call_id, id, output, status, ...rest } = payload;
  const parts = Array.isArray(output) ? output : undefined;
  const text = parts ? textOfParts(parts) : outputText(output);
  const wrapper = parts ? null : openWrapper(text);
  const shown = wrapper ? wrapper.output : text;
  const { exit_code, duration_ms } = wrapper ?? readHeader(text);
  const success = isObject(output) ? output.success : undefined;

  const result: ToolResult = {
    type: 'tool_result',
    call_id: asString(call_id) ?? asString(id) ?? null,
    output: shown,
    status: statusOf(shown, exit_code, status, success),
  };
  if (exit_code !== undefined) result.exit_code = exit_code;
  if (duration_ms !== undefined) result.duration_ms = duration_ms;
  if (parts?.some((part) => !isTextPart(part))) result.parts = parts;
  if (typeof success === 'boolean') result.success = success;
  const others = withoutPassthrough({ ...(id !== result.call_id && { id }), ...rest });
  // Twice, so that these fields come first and no other takes their place.
  return { ...result, ...others, ...result };
}

function withoutPassthrough({ internal_chat_message_metadata_passthrough: _, ...fields }: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}

interface Outcome {
  exit_code?: number;
  duration_ms?: number;
}

function outputText(output: unknown): string {
  if (typeof output === 'string') return output;
  if (isObject(output) && typeof output.content === 'string') return output.content;
  if (output === undefined || output === null) return '';
  return JSON.stringify(output);
}

function textOfParts(parts: unknown[]): string {
  return parts.flatMap((part) => (isTextPart(part) ? [part.text as string] : [])).join('\n');
}

function isTextPart(part: unknown): part is JsonObject {
  return isObject(part) && typeof part.text === 'string';
}

function openWrapper(text: string): (Outcome & { output: string }) | null {
  if (!text.startsWith('{"output":')) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value) || typeof value.output !== 'string' || !isObject(value.metadata)) return null;
    const outcome: Outcome & { output: string } = { output: value.output };
    if (Number.isInteger(value.metadata.exit_code)) outcome.exit_code = value.metadata.exit_code as number;
    if (Number.isFinite(value.metadata.duration_seconds)) {
      outcome.duration_ms = Math.round((value.metadata.duration_seconds as number) * 1000);
    }
    return outcome;
  } catch {
    return null;
  }
}

/** The header ends at its `Output:` line; what the command itself printed is not searched. */
function readHeader(text: string): Outcome {
  const sandboxed = /^failed in sandbox .*?, exit code: (-?\d{1,10}), stdout: /s.exec(text);
  if (sandboxed) return { exit_code: Number(sandboxed[1]) };
  if (!/^(?:Chunk ID: |Exit code: |Wall time: )/.test(text)) return {};
  const end = text.indexOf('\nOutput:');
  const header = end < 0 ? text.slice(0, 400) : text.slice(0, end);
  const outcome: Outcome = {};
  const exit = /^(?:Exit code: |Process exited with code )(-?\d{1,10})$/m.exec(header);
  if (exit) outcome.exit_code = Number(exit[1]);
  const wall = /^Wall time: (\d+(?:\.\d+)?) seconds?$/m.exec(header);
  if (wall) outcome.duration_ms = Math.round(Number(wall[1]) * 1000);
  return outcome;
}

/** On the first line, so that a tool which prints such words is not taken for one that did not run. */
const declined =
  /^(?:[^\n]*?(?:(?:^|command |patch )rejected by user|Rejected\(\\?")|(?:MCP )?tool call rejected by user|(?:exec command|patch|(?:MCP )?tool call) not approved: )/;
const aborted = /^(?:aborted by user|Wall time: [\d.]+ seconds\naborted by user)/;
const failed =
  /^(?:unsupported (?:custom tool )?call: |failed in sandbox|apply_patch verification failed|exec_command failed|err: |failed to parse )/;

function statusOf(
  output: string,
  exitCode: number | undefined,
  recorded: unknown,
  success: unknown,
): ToolResult['status'] {
  if (recorded === 'failed' || recorded === 'declined' || recorded === 'aborted') return recorded;
  const head = output.slice(0, 600);
  if (exitCode === undefined) {
    if (declined.test(head)) return 'declined';
    if (aborted.test(head)) return 'aborted';
  }
  if (exitCode !== undefined) return exitCode === 0 ? 'completed' : 'failed';
  return success === false || failed.test(head) ? 'failed' : 'completed';
}

function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
