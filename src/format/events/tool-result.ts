import type { ToolResult } from '../../model/event.ts';
import type { JsonObject } from '../decode-line.ts';
import { isObject } from '../record.ts';

/**
 * One shape for every form of tool output that Codex has written: plain text, JSON text with `output` and `metadata`
 * (0.20 to 0.53, and patches up to 0.120), text with a header that names exit code and wall time, and arrays of parts.
 *
 * `output` is what the model saw; only the JSON wrapper is opened, because all that it holds has a field here. The exit
 * code and the duration are read from the wrapper or the header.
 */
export function toToolResult(payload: JsonObject): ToolResult {
  const { call_id, id, name, namespace, output } = payload;
  const parts = Array.isArray(output) ? output : undefined;
  const text = parts ? textOfParts(parts) : outputText(output);
  const wrapper = parts ? null : openWrapper(text);
  const shown = wrapper ? wrapper.output : text;
  const { exit_code, duration_ms } = wrapper ?? readHeader(text);

  const result: ToolResult = {
    type: 'tool_result',
    call_id: asString(call_id) ?? asString(id) ?? null,
    output: shown,
    status: statusOf(shown, exit_code, payload.status),
  };
  if (exit_code !== undefined) result.exit_code = exit_code;
  if (duration_ms !== undefined) result.duration_ms = duration_ms;
  if (parts?.some((part) => !isTextPart(part))) result.parts = parts;
  if (isObject(output) && typeof output.success === 'boolean') result.success = output.success;
  for (const [key, value] of Object.entries({ id, name, namespace, tools: payload.tools, execution: payload.execution })) {
    if (value !== undefined && value !== null && value !== result.call_id) result[key] = value;
  }
  return result;
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
    if (typeof value.metadata.exit_code === 'number') outcome.exit_code = value.metadata.exit_code;
    if (typeof value.metadata.duration_seconds === 'number') {
      outcome.duration_ms = Math.round(value.metadata.duration_seconds * 1000);
    }
    return outcome;
  } catch {
    return null;
  }
}

/** The header ends at its `Output:` line; what the command itself printed is not searched. */
function readHeader(text: string): Outcome {
  const sandboxed = /^failed in sandbox .*?, exit code: (-?\d+), stdout: /s.exec(text);
  if (sandboxed) return { exit_code: Number(sandboxed[1]) };
  if (!/^(?:Chunk ID: |Exit code: |Wall time: )/.test(text)) return {};
  const end = text.indexOf('\nOutput:');
  const header = end < 0 ? text.slice(0, 400) : text.slice(0, end);
  const outcome: Outcome = {};
  const exit = /^(?:Exit code: |Process exited with code )(-?\d+)$/m.exec(header);
  if (exit) outcome.exit_code = Number(exit[1]);
  const wall = /^Wall time: ([\d.]+) seconds?$/m.exec(header);
  if (wall) outcome.duration_ms = Math.round(Number(wall[1]) * 1000);
  return outcome;
}

const declined = /rejected by user|Rejected\("/;
const aborted = /^(?:aborted by user|Wall time: [\d.]+ seconds\naborted by user)/;
const failed =
  /^(?:unsupported (?:custom tool )?call: |failed in sandbox|apply_patch verification failed|exec_command failed|err: |failed to parse )/;

function statusOf(output: string, exitCode: number | undefined, recorded: unknown): ToolResult['status'] {
  if (recorded === 'failed' || recorded === 'declined' || recorded === 'aborted') return recorded;
  const head = output.slice(0, 600);
  if (exitCode === undefined) {
    if (declined.test(head)) return 'declined';
    if (aborted.test(head)) return 'aborted';
  }
  if (exitCode !== undefined) return exitCode === 0 ? 'completed' : 'failed';
  return failed.test(head) ? 'failed' : 'completed';
}

function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
