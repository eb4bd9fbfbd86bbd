import type { SandboxPolicy } from '../../model/history.ts';
import type { ApprovalPolicy } from '../approvals.ts';

/** What the model is told of how far it may go, and of whom to ask. */
export function describePermissions(sandbox: SandboxPolicy, approval: ApprovalPolicy): string {
  return `${reachOf(sandbox)}\n${askingOf(approval, sandbox.type === 'danger-full-access')}`;
}

function reachOf(sandbox: SandboxPolicy): string {
  if (sandbox.type === 'danger-full-access') {
    return '`sandbox_mode` is `danger-full-access`: there is no sandbox, every command can do whatever the user can. Network access is enabled.';
  }
  const begin = `Commands run in a sandbox. \`sandbox_mode\` is \`${sandbox.type}\``;
  if (sandbox.type === 'read-only') {
    return `${begin}: files can be read only. On Linux each command has an empty folder for temporary files, \`$TMPDIR\`. Network access is disabled.`;
  }
  const roots = sandbox.writableRoots.map((root) => `, ${JSON.stringify(root)}`).join('');
  const temporary = sandbox.excludeSlashTmp && sandbox.excludeTmpdir ? '' : ', in temporary folders';
  return (
    `${begin}: files can be written in the working directory${temporary}${roots}; elsewhere, and in the \`.git\`, ` +
    '`.codex`, `.agents` and `.aws` of these folders, they can be read only, so that `git add` and `git commit` do not ' +
    `work in the sandbox. Network access is ${sandbox.network ? 'enabled' : 'disabled'}.`
  );
}

function askingOf(approval: ApprovalPolicy, isFree: boolean): string {
  if (approval === 'never') {
    return 'Approval policy is `never`: nobody can be asked. Do not ask to run anything outside of the sandbox, it is declined.';
  }
  const leave = isFree
    ? ''
    : ' When a command that matters cannot work in the sandbox, call it `with_escalated_permissions` and say why in `justification`.';
  if (approval === 'untrusted') {
    return `Approval policy is \`untrusted\`: the user is asked before any command that is not known to read only.${leave}`;
  }
  return `Approval policy is \`on-request\`: what stays within the sandbox runs without a question.${leave}`;
}
