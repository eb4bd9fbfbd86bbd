import type { SandboxPolicy } from '../../model/history.ts';
import type { ApprovalAnswer, ApprovalQuestion } from '../../model/live-session.ts';
import type { ApprovalDecision, ApprovalRequest } from '../approvals.ts';
import { describeReach } from './describe-policy.ts';

/** Puts a question to whoever shows it, and gives the answer back. It may reject, when nobody can be asked. */
export type AskPort = (question: ApprovalQuestion, signal: AbortSignal) => Promise<ApprovalAnswer>;

/** Asks there; the question says all that one on a terminal does. */
export function askThrough(port: AskPort, policy: SandboxPolicy) {
  return async (request: ApprovalRequest, signal: AbortSignal): Promise<ApprovalDecision> => {
    const { callId, kind, summary, reason, cwd } = request;
    const sandbox = describeReach(request, policy);
    const answer = await port({ callId, kind, summary, reason, cwd, sandbox }, signal);
    return { decision: answer.decision, by: 'user', reason: answer.reason };
  };
}
