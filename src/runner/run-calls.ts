import type { ModelItem } from '../model/history.ts';
import { type Agent, putItem } from './agent.ts';
import { callTool } from './tools/call-tool.ts';
import type { Tool, ToolOutcome, ToolRequest } from './tools/tool.ts';

/** A call of the model, and the item that its output goes into. */
export interface PendingCall extends ToolRequest {
  outputType: string;
}

/** The calls among the items of an answer, in order. */
export function callsOf(items: readonly ModelItem[]): PendingCall[] {
  return items.flatMap((item) => {
    const outputType = outputTypes.get(item.type);
    const callId = item.call_id ?? item.id;
    if (outputType === undefined || typeof callId !== 'string') return [];
    const name = typeof item.name === 'string' ? item.name : item.type.replace(/_call$/, '');
    const text = item.arguments ?? item.input ?? item.action ?? '';
    return [{ callId, name, argumentsText: typeof text === 'string' ? text : JSON.stringify(text), outputType }];
  });
}

/** As Codex answers each kind. */
const outputTypes = new Map([
  ['function_call', 'function_call_output'],
  ['custom_tool_call', 'custom_tool_call_output'],
  ['local_shell_call', 'function_call_output'],
]);

/**
 * Runs the calls of an answer and records their outputs, in order: all at once where none can change anything, else one after
 * the other, each once its intent is durable. After one that was aborted the others are not run.
 *
 * @returns whether the turn is to end
 * @throws Failure `refused` where the whole run must end, `trouble` when nothing can be recorded any more; every call has its
 *   output even so
 */
export async function runCalls(
  agent: Agent,
  calls: readonly PendingCall[],
  signal: AbortSignal,
): Promise<{ isAborted: boolean }> {
  const tools = calls.map(({ name }) => agent.tools.find(({ spec }) => spec.name === name));
  if (!tools.some((tool) => tool?.hasSideEffects)) {
    const outcomes = await Promise.all(calls.map((call) => runCall(agent, call, signal))).catch((error: unknown) => {
      for (const call of calls) record(agent, call, aborted);
      throw error;
    });
    for (const [index, call] of calls.entries()) record(agent, call, outcomes[index] as ToolOutcome);
    return { isAborted: signal.aborted || outcomes.some(({ status }) => status === 'aborted') };
  }
  let isAborted = false;
  for (const [index, call] of calls.entries()) {
    if (isAborted || signal.aborted) {
      record(agent, call, aborted);
      isAborted = true;
      continue;
    }
    try {
      const outcome = await runInOrder(agent, call, tools[index], signal);
      record(agent, call, outcome);
      isAborted = outcome.status === 'aborted';
    } catch (error) {
      for (const left of calls.slice(index)) record(agent, left, aborted);
      throw error;
    }
  }
  return { isAborted };
}

async function runInOrder(
  agent: Agent,
  call: PendingCall,
  tool: Tool | undefined,
  signal: AbortSignal,
): Promise<ToolOutcome> {
  if (tool?.hasSideEffects) await agent.recorder.barrier();
  return runCall(agent, call, signal);
}

const aborted: ToolOutcome = { output: 'aborted by user', status: 'aborted' };

async function runCall(agent: Agent, call: PendingCall, signal: AbortSignal): Promise<ToolOutcome> {
  const { callId, name, argumentsText } = call;
  agent.onEvent({ type: 'call', call: { callId, name, argumentsText } });
  const onOutput = (text: string) => agent.onEvent({ type: 'output_delta', callId, text });
  return callTool(agent.tools, { callId, name, argumentsText }, { ...agent.toolContext, signal, onOutput });
}

function record(agent: Agent, { callId, name, argumentsText, outputType }: PendingCall, outcome: ToolOutcome): void {
  recordNote(agent, callId, outcome);
  putItem(agent, { type: outputType, call_id: callId, output: outcome.output });
  agent.onEvent({ type: 'outcome', call: { callId, name, argumentsText }, outcome });
}

/** What the tool told besides, as far as rollouts have a place for it. */
function recordNote({ recorder }: Agent, callId: string, { note, output, durationMs = 0 }: ToolOutcome): void {
  if (note?.type === 'file_change') {
    const { changes, status, stdout, stderr } = note;
    recorder.fileChange({ callId, changes, status, stdout, stderr });
  } else if (note?.type === 'CommandExecution') {
    const { command, cwd, exit_code } = note;
    recorder.command({
      ...{ callId, argv: command, cwd, exitCode: exit_code, durationMs },
      output: typeof output === 'string' ? output : '',
      status: note.status === 'completed' ? 'completed' : 'failed',
    });
  }
}
