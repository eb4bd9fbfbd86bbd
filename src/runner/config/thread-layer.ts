import type { ThreadSettings } from '../../model/history.ts';
import type { SettingsTable } from './known-keys.ts';
import type { Layer } from './layers.ts';

/** The settings of a recorded thread as a layer. What was not recorded, or cannot be understood, is for the layers below. */
export function threadLayer(thread: ThreadSettings): Layer {
  const { model, modelProvider, reasoningEffort, reasoningSummary, approvalPolicy, sandboxPolicy } = thread;
  const table: SettingsTable = {
    ...(model !== null && { model }),
    ...(modelProvider !== null && { model_provider: modelProvider }),
    ...(reasoningEffort !== null && { model_reasoning_effort: reasoningEffort }),
    ...(reasoningSummary !== null && { model_reasoning_summary: reasoningSummary }),
    ...(isKnown(approvalPolicy) && { approval_policy: approvalPolicy }),
    ...(sandboxPolicy && { sandbox_mode: sandboxPolicy.type }),
    ...(sandboxPolicy?.type === 'workspace-write' && {
      sandbox_workspace_write: {
        writable_roots: sandboxPolicy.writableRoots,
        network_access: sandboxPolicy.network,
        exclude_slash_tmp: sandboxPolicy.excludeSlashTmp === true,
        exclude_tmpdir_env_var: sandboxPolicy.excludeTmpdir === true,
      },
    }),
  };
  return { origin: 'thread', table };
}

function isKnown(policy: string | null): policy is 'untrusted' | 'on-request' | 'on-failure' | 'never' {
  return policy !== null && ['untrusted', 'on-request', 'on-failure', 'never'].includes(policy);
}
