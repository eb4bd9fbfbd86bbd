import type { ApprovalPolicy } from '../../approvals.ts';
import type { ToolHints } from './list-tools.ts';
import type { ApprovalMode } from './server-config.ts';

/**
 * Whether the user is asked before a tool is called, from what its server says of it. A server is no part of the sandbox, so this is
 * all that stands between the model and what the server can do. As with Codex: `approve` never asks, `prompt` always, `writes`
 * unless the tool only reads; `auto` asks for what is destructive or reaches out, which a tool counts as until its server says
 * otherwise. Under the policy `untrusted` `auto` is as careful as `writes`.
 */
export function needsApproval(hints: ToolHints, mode: ApprovalMode, policy: ApprovalPolicy): boolean {
  if (mode === 'approve') return false;
  if (mode === 'prompt') return true;
  if (mode === 'auto' && hints.isDestructive) return true;
  if (hints.isReadOnly) return false;
  if (mode === 'writes' || policy === 'untrusted') return true;
  return hints.isDestructive !== false || hints.isOpenWorld !== false;
}
