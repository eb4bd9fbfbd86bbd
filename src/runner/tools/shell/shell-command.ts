import { constants } from 'node:os';
import { resolve } from 'node:path';
import { findProgram } from '../../sandbox/find-program.ts';
import type { RunResult } from '../../sandbox/sandbox.ts';
import { type ArgumentSchema, readArguments } from '../read-arguments.ts';
import type { Tool, ToolContext, ToolOutcome } from '../tool.ts';
import { askForCommand } from './ask-for-command.ts';
import { childEnv } from './child-env.ts';
import { type Clip, createClip } from './clip.ts';
import { createLiveText } from './live-text.ts';

const schema: ArgumentSchema = {
  type: 'object',
  properties: {
    command: { type: 'string', description: 'The script, for bash.' },
    workdir: { type: 'string', description: 'Where to run it; by default the workspace.' },
    timeout_ms: { type: 'integer', minimum: 1, description: 'Ended after so many milliseconds; 120000 by default.' },
    login: { type: 'boolean', description: 'Run the profile of the user before it; PATH may change. Not by default.' },
    with_escalated_permissions: { type: 'boolean', description: 'Ask to run it outside of the sandbox.' },
    justification: { type: 'string', description: 'Why it has to, in one sentence for the user.' },
    sandbox_permissions: {
      type: 'string',
      description: '`require_escalated`: the same as with_escalated_permissions.',
    },
  },
  required: ['command'],
  additionalProperties: false,
};

/** Runs a script in a shell, within the sandbox. Its output has the form that Codex gives it from 0.61 on. */
export const shellCommand: Tool = {
  spec: {
    name: 'shell_command',
    description:
      'Runs a script in bash and returns its output. It runs in a sandbox; what it leaves running is ended with it. ' +
      'Set `workdir` instead of using `cd`. When a command needs more than the sandbox allows, ask by ' +
      '`with_escalated_permissions` and say why in `justification`.',
    parameters: schema,
  },
  hasSideEffects: true,
  async run(request, context) {
    const read = readArguments(request.argumentsText, schema);
    if ('problem' in read) return { output: read.problem, status: 'failed' };
    const values = read.values as unknown as ShellArguments;
    const cwd = resolve(context.cwd, values.workdir ?? '.');
    const wantsOut = values.with_escalated_permissions === true || values.sandbox_permissions === 'require_escalated';
    const unconfined = wantsOut && context.sandbox.policy.type !== 'danger-full-access';
    const asked = { script: values.command, cwd, unconfined, reason: values.justification ?? null };
    const refusal = await askForCommand(request.callId, asked, context);
    if (refusal) return refusal;
    return runScript(request.callId, values, cwd, unconfined, context);
  },
};

interface ShellArguments {
  command: string;
  workdir?: string;
  timeout_ms?: number;
  login?: boolean;
  justification?: string;
  with_escalated_permissions?: boolean;
  sandbox_permissions?: string;
}

const defaultTimeoutMs = 120_000;
const longestTimeoutMs = 3_600_000;

async function runScript(
  callId: string,
  { command, timeout_ms = defaultTimeoutMs, login = false }: ShellArguments,
  cwd: string,
  unconfined: boolean,
  { env, sandbox, signal, onOutput }: ToolContext,
): Promise<ToolOutcome> {
  const clip = createClip();
  const live = createLiveText(onOutput);
  const bash = findProgram('bash', env);
  // A profile would put another PATH in the place of the one that we were called with.
  const argv = [bash ?? '/bin/sh', login ? '-lc' : '-c', command];
  const timeoutMs = Math.min(timeout_ms, longestTimeoutMs);
  const result = await sandbox.run(argv, {
    ...{ cwd, env: childEnv(env), signal, timeoutMs, input: null, unconfined },
    onOutput(chunk, stream) {
      clip.add(chunk);
      live(chunk, stream);
    },
  });
  const outcome = describe(result, clip, timeoutMs);
  const { status, exitCode = null } = outcome;
  const ran = { call_id: callId, command: argv, cwd, exit_code: exitCode, duration_ms: result.durationMs, status };
  return { ...outcome, durationMs: result.durationMs, note: { type: 'CommandExecution', ...ran } };
}

function describe(result: RunResult, clip: Clip, timeoutMs: number): ToolOutcome {
  const seconds = `Wall time: ${Number((result.durationMs / 1000).toFixed(3))} seconds`;
  if (result.end === 'aborted') {
    const text = clip.text();
    return { output: `${seconds}\naborted by user${text && `\nOutput so far:\n${text}`}`, status: 'aborted' };
  }
  if (result.end === 'not-started') return { output: `exec_command failed: ${result.message}`, status: 'failed' };
  const late = result.end === 'timeout';
  const exitCode = late ? timedOut : (result.exitCode ?? signalBase + signalNumber(result.signal));
  const header = [
    `Exit code: ${exitCode}`,
    seconds,
    ...(clip.isCut ? [`Total output lines: ${clip.lines}`] : []),
    'Output:',
    ...(late ? [`command timed out after ${timeoutMs} milliseconds`] : []),
  ];
  return { output: `${header.join('\n')}\n${clip.text()}`, status: exitCode === 0 ? 'completed' : 'failed', exitCode };
}

/** As `timeout` and shells report it. */
const timedOut = 124;
const signalBase = 128;

function signalNumber(name: string | null): number {
  return constants.signals[name as NodeJS.Signals] ?? 0;
}
