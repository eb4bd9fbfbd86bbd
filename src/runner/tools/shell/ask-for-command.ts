import type { ToolContext, ToolOutcome } from '../tool.ts';
import { isSafeCommand } from './is-safe-command.ts';

/** A script that is about to run. */
export interface AskedCommand {
  script: string;
  cwd: string;
  unconfined: boolean;
  reason: string | null;
}

/**
 * Asks for a command when the policy wants it: under `untrusted` for each that is not known to read only, under the others for
 * those that shall run outside of the sandbox. Returns what the model is told when it may not run.
 */
export async function askForCommand(
  callId: string,
  { script, cwd, unconfined, reason }: AskedCommand,
  { approver, sandbox, signal }: ToolContext,
): Promise<ToolOutcome | null> {
  const isConfined = sandbox.policy.type !== 'danger-full-access';
  if (!unconfined && (approver.policy !== 'untrusted' || isSafeCommand(script, isConfined))) return null;
  const request = { callId, kind: 'command' as const, summary: script, reason, cwd, unconfined };
  const answer = await approver.ask(request, signal);
  if (answer.decision === 'approved') return null;
  return refuse('exec command', answer);
}

/** The outcome of what was not approved, in words that readers of rollouts know. */
export function refuse(what: string, answer: { decision: string; by: string; reason: string | null }): ToolOutcome {
  if (answer.decision === 'abort') return { output: 'aborted by user', status: 'aborted' };
  if (answer.by === 'unavailable') return { output: `${what} not approved: ${answer.reason}`, status: 'declined' };
  const by = answer.by === 'user' ? '' : ' approval settings';
  return { output: `${what} rejected by user${by}${answer.reason ? `\n${answer.reason}` : ''}`, status: 'declined' };
}
