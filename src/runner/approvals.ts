/** Decides whether something that is not simply allowed may be done. Every request and decision is recorded by it. */
export interface Approver {
  readonly policy: ApprovalPolicy;
  /** Never throws; `abort` ends the turn. */
  ask(request: ApprovalRequest, signal: AbortSignal): Promise<ApprovalDecision>;
}

export interface ApprovalRequest {
  callId: string;
  kind: 'command' | 'patch' | 'tool';
  /** What is to be done, for people; may hold hostile text, which is escaped when it is shown. */
  summary: string;
  /** Why the agent asks; null when it gave no reason. */
  reason: string | null;
  cwd: string;
  /** It would run outside of the sandbox. */
  unconfined?: boolean;
}

/**
 * `untrusted`: only commands that are known to read are run unasked. `on-request`: what stays in the sandbox is run
 * unasked, and the agent asks to leave it. `never`: nobody is asked, and what would need it is declined.
 */
export type ApprovalPolicy = 'untrusted' | 'on-request' | 'never';

export interface ApprovalDecision {
  decision: 'approved' | 'declined' | 'abort';
  /** `policy`, `user`, or `unavailable` when there was nobody to ask. */
  by: 'policy' | 'user' | 'unavailable';
  reason: string | null;
}
