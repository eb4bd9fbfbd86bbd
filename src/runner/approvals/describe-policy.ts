import type { SandboxPolicy } from '../../model/history.ts';
import type { ApprovalRequest } from '../approvals.ts';

/** How far what is asked for would reach, for people. */
export function describeReach({ unconfined }: ApprovalRequest, policy: SandboxPolicy): string {
  if (unconfined) return 'none: it can reach everything that you can';
  if (policy.type !== 'workspace-write') return policy.type;
  return `workspace-write, network ${policy.network ? 'on' : 'off'}`;
}
