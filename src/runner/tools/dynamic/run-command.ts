import { constants } from 'node:os';
import { refuse } from '../shell/ask-for-command.ts';
import { childEnv } from '../shell/child-env.ts';
import { type Clip, createClip } from '../shell/clip.ts';
import { createLiveText } from '../shell/live-text.ts';
import type { ToolContext, ToolOutcome, ToolRequest } from '../tool.ts';

const timeoutMs = 120_000;

/**
 * Runs the program of a tool within the sandbox, with the arguments on its standard input. The model gets what it printed, in
 * full or head and tail, and its complaints when it failed. Under the policy `untrusted` the user is asked before.
 */
export async function runCommand(
  command: readonly string[],
  input: string,
  { callId, name }: ToolRequest,
  { cwd, env, sandbox, approver, signal, onOutput }: ToolContext,
): Promise<ToolOutcome> {
  if (approver.policy === 'untrusted') {
    const summary = `${name} ${input}\n(runs ${command.map((word) => JSON.stringify(word)).join(' ')})`;
    const answer = await approver.ask({ callId, kind: 'tool', summary, reason: null, cwd }, signal);
    if (answer.decision !== 'approved') return refuse('tool call', answer);
  }
  const [out, err] = [createClip(), createClip(4 * 1024)];
  const live = createLiveText(onOutput);
  const result = await sandbox.run(command, {
    ...{ cwd, env: childEnv(env), signal, timeoutMs, input, unconfined: false },
    onOutput(chunk, stream) {
      (stream === 'stdout' ? out : err).add(chunk);
      live(chunk, stream);
    },
  });
  const { durationMs, end } = result;
  if (end === 'aborted') return { output: 'aborted by user', status: 'aborted', durationMs };
  if (end === 'not-started') return { output: `err: ${name} did not start: ${result.message}`, status: 'failed' };
  if (end === 'timeout') {
    return { output: failed(`took longer than ${timeoutMs} milliseconds`, out, err), status: 'failed', durationMs };
  }
  const exitCode = result.exitCode ?? 128 + (constants.signals[result.signal as NodeJS.Signals] ?? 0);
  if (exitCode === 0) return { output: out.text(), status: 'completed', exitCode, durationMs };
  const how = result.signal ? `was ended by ${result.signal}` : `ended with exit code ${exitCode}`;
  return { output: failed(how, out, err), status: 'failed', exitCode, durationMs };
}

function failed(how: string, out: Clip, err: Clip): string {
  const parts = [out.text(), err.text()].map((text) => text.trimEnd()).filter((text) => text !== '');
  return [`err: the tool ${how}`, ...parts].join('\n');
}
