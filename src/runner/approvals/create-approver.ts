import type { ApprovalDecision, ApprovalPolicy, ApprovalRequest, Approver } from '../approvals.ts';

/** How an approval is recorded. */
export interface ApprovalRecord {
  call_id: string;
  decision: ApprovalDecision['decision'];
  by: ApprovalDecision['by'];
  reason: string | null;
}

export interface ApproverOptions {
  policy: ApprovalPolicy;
  /** Asks somebody; null when there is nobody. */
  ask: ((request: ApprovalRequest, signal: AbortSignal) => Promise<ApprovalDecision>) | null;
  /** Takes each decision before it has an effect. When it fails, nothing is approved. */
  record(entry: ApprovalRecord): void | Promise<void>;
}

/** Decides by policy where it can, else asks. One question is asked at a time, however many calls run at once. */
export function createApprover({ policy, ask, record }: ApproverOptions): Approver {
  let last: Promise<unknown> = Promise.resolve();
  return {
    policy,
    ask(request, signal) {
      const answer = last.then(() => decide(request, signal));
      last = answer;
      return answer;
    },
  };

  async function decide(request: ApprovalRequest, signal: AbortSignal): Promise<ApprovalDecision> {
    const answer = await judge(request, signal);
    try {
      await record({ call_id: request.callId, ...answer });
    } catch {
      return answer.decision === 'approved' ? unavailable('the approval could not be recorded') : answer;
    }
    return answer;
  }

  async function judge(request: ApprovalRequest, signal: AbortSignal): Promise<ApprovalDecision> {
    if (signal.aborted) return interrupted;
    if (policy === 'never') return { decision: 'declined', by: 'policy', reason: 'the approval policy is never' };
    if (!ask) return unavailable('nobody could be asked (there is no terminal)');
    // A turn may ask often, and all its questions have one signal.
    const answered = new AbortController();
    try {
      return await Promise.race([ask(request, signal), untilAborted(signal, answered.signal)]);
    } catch (error) {
      if (signal.aborted) return interrupted;
      return unavailable(error instanceof Error ? error.message : String(error));
    } finally {
      answered.abort();
    }
  }
}

const interrupted: ApprovalDecision = { decision: 'abort', by: 'user', reason: 'interrupted' };

function unavailable(reason: string): ApprovalDecision {
  return { decision: 'declined', by: 'unavailable', reason };
}

function untilAborted(signal: AbortSignal, over: AbortSignal): Promise<ApprovalDecision> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(interrupted), { once: true, signal: over });
  });
}
