import { refuse } from '../shell/ask-for-command.ts';
import type { Tool, ToolContext, ToolOutcome, ToolRequest } from '../tool.ts';
import type { ConnectedServer } from './connect-server.ts';
import { describeError } from './describe-error.ts';
import type { ListedTool } from './list-tools.ts';
import { needsApproval } from './needs-approval.ts';
import { request } from './request.ts';
import { outputOf } from './tool-output.ts';

/**
 * A tool of a server under the name that the model knows. Unless the server says that it reads only, it counts as changing
 * things; `needsApproval` says when the user is asked.
 */
export function mcpTool(server: ConnectedServer, listed: ListedTool, name: string): Tool {
  const about = listed.description || `The tool ${listed.name} of the MCP server ${server.name}.`;
  return {
    spec: { name, description: about, parameters: listed.inputSchema },
    hasSideEffects: listed.hints.isReadOnly !== true,
    async run(call, context) {
      const begin = context.clock.now();
      const outcome = await run(server, listed, call, context);
      const durationMs = Math.max(0, context.clock.now() - begin);
      const note = { type: 'McpToolCall' as const, server: server.name, tool: listed.name, status: outcome.status };
      return { ...outcome, durationMs, note };
    },
  };
}

async function run(
  server: ConnectedServer,
  listed: ListedTool,
  { callId, argumentsText }: ToolRequest,
  { approver, sandbox, cwd, signal }: ToolContext,
): Promise<ToolOutcome> {
  const read = readArguments(argumentsText);
  if ('problem' in read) return { output: read.problem, status: 'failed' };
  // Whoever is asked for nothing and kept from nothing has said yes to this as well, as with Codex.
  const isFree = approver.policy === 'never' && sandbox.policy.type === 'danger-full-access';
  if (!isFree && needsApproval(listed.hints, server.approvalModeOf(listed.name), approver.policy)) {
    const summary = `${server.name}: ${listed.name} ${JSON.stringify(read.values)}`;
    const answer = await approver.ask({ callId, kind: 'tool', summary, reason: null, cwd, unconfined: true }, signal);
    if (answer.decision !== 'approved') return refuse('MCP tool call', answer);
  }
  if (signal.aborted) return { output: 'aborted by user', status: 'aborted' };
  return callServer(server, listed.name, read.values, signal);
}

async function callServer(
  { name: serverName, client, secrets, toolTimeoutMs: timeout }: ConnectedServer,
  name: string,
  values: Record<string, unknown>,
  signal: AbortSignal,
): Promise<ToolOutcome> {
  const { ErrorCode } = await import('@modelcontextprotocol/sdk/types.js');
  try {
    const result = await request(client, 'tools/call', { name, arguments: values }, { signal, timeout });
    return { output: outputOf(result, secrets), status: result.isError === true ? 'failed' : 'completed' };
  } catch (error) {
    if (signal.aborted) return { output: 'aborted by user', status: 'aborted' };
    const { code } = error as { code?: unknown };
    const hasEnded = code === ErrorCode.ConnectionClosed || client.transport === undefined;
    const why = hasEnded
      ? `the MCP server ${serverName} has ended`
      : code === ErrorCode.RequestTimeout
        ? `the MCP server ${serverName} did not answer within ${timeout} milliseconds`
        : describeError(error, secrets);
    return { output: `err: ${why}`, status: 'failed' };
  }
}

function readArguments(text: string): { values: Record<string, unknown> } | { problem: string } {
  try {
    const value = JSON.parse(text.trim() === '' ? '{}' : text);
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return { values: value };
    return { problem: 'failed to parse function arguments: the arguments must be an object' };
  } catch (error) {
    return { problem: `failed to parse function arguments: ${(error as Error).message}` };
  }
}
