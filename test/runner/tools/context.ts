import { systemClock } from '../../../src/base/clock.ts';
import type { SandboxPolicy } from '../../../src/model/history.ts';
import { type ApprovalRecord, createApprover } from '../../../src/runner/approvals/create-approver.ts';
import type { ApprovalDecision, ApprovalPolicy, ApprovalRequest } from '../../../src/runner/approvals.ts';
import type { Tool, ToolContext, ToolOutcome } from '../../../src/runner/tools/tool.ts';
import { type Room, sandboxOf, workspace } from '../sandbox/room.ts';

export interface TestContext extends ToolContext {
  /** What was asked and what was recorded. */
  requests: ApprovalRequest[];
  records: ApprovalRecord[];
  shown: string[];
}

export interface ContextOptions {
  sandbox?: SandboxPolicy;
  policy?: ApprovalPolicy;
  answer?: ApprovalDecision['decision'] | null;
  env?: ToolContext['env'];
  signal?: AbortSignal;
  umask?: number;
  /** How long the user takes. */
  thinkMs?: number;
}

/** A context with a real sandbox and approver over a room, and an answer that is always the same. */
export function contextOf(room: Room, options: ContextOptions = {}): TestContext {
  const requests: ApprovalRequest[] = [];
  const records: ApprovalRecord[] = [];
  const shown: string[] = [];
  const env = options.env ?? { PATH: process.env.PATH, HOME: room.root };
  const { answer = null } = options;
  const ask = async (request: ApprovalRequest) => {
    requests.push(request);
    await systemClock.sleep(options.thinkMs ?? 0);
    return { decision: answer!, by: 'user', reason: null } as const;
  };
  return {
    ...{ cwd: room.cwd, env, umask: options.umask ?? 0o022, clock: systemClock, requests, records, shown },
    sandbox: sandboxOf(room, options.sandbox ?? workspace, env),
    approver: createApprover({
      policy: options.policy ?? 'on-request',
      ask: answer ? ask : null,
      record: (entry) => void records.push(entry),
    }),
    signal: options.signal ?? new AbortController().signal,
    onOutput: (text) => void shown.push(text),
  };
}

/** Calls a tool with arguments, given as an object or as the text of the model. */
export function call(tool: Tool, context: ToolContext, args: unknown): Promise<ToolOutcome> {
  const argumentsText = typeof args === 'string' ? args : JSON.stringify(args);
  return tool.run({ callId: 'call_1', name: tool.spec.name, argumentsText }, context);
}
