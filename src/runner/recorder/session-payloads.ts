import type { SandboxPolicy } from '../../model/history.ts';
import { permissionProfile } from './permission-profile.ts';
import type { ThreadStart, TurnSettings } from './recorder.ts';

type Payload = { [key: string]: unknown };

/** `session_meta` as Codex 0.120 writes it; Codex since then reads it as a thread of the mode `legacy`. */
export function sessionMeta(threadId: string, time: string, start: ThreadStart): Payload {
  const { git } = start;
  return {
    id: threadId,
    ...(start.forkedFrom !== null && { forked_from_id: start.forkedFrom }),
    timestamp: time,
    cwd: start.cwd,
    originator: 'sessions',
    cli_version: start.version,
    source: start.source,
    model_provider: start.modelProvider,
    ...(start.baseInstructions !== null && { base_instructions: { text: start.baseInstructions } }),
    ...(start.dynamicTools.length > 0 && { dynamic_tools: start.dynamicTools.map(dynamicTool) }),
    ...(start.memoryMode !== null && { memory_mode: start.memoryMode }),
    ...(git && {
      git: {
        ...(git.commit !== null && { commit_hash: git.commit }),
        ...(git.branch !== null && { branch: git.branch }),
        ...(git.url !== null && { repository_url: git.url }),
      },
    }),
  };
}

/** Codex since 0.142.5 wants the type; older ones pass over it, and all of them over the command. */
function dynamicTool({ name, description, inputSchema, command }: ThreadStart['dynamicTools'][number]): Payload {
  return { type: 'function', name, description, inputSchema, deferLoading: false, ...(command && { command }) };
}

/** `turn_context` as Codex 0.120 writes it, with what 0.169 asks for. */
export function turnContext(turnId: string | null, now: number, settings: TurnSettings): Payload {
  const { model, reasoningEffort: effort } = settings;
  return {
    ...(turnId !== null && { turn_id: turnId }),
    cwd: settings.cwd,
    current_date: dateIn(settings.timezone, now),
    timezone: settings.timezone,
    approval_policy: settings.approvalPolicy,
    sandbox_policy: sandboxPolicy(settings.sandboxPolicy),
    permission_profile: permissionProfile(settings.sandboxPolicy, settings.cwd),
    model,
    collaboration_mode: {
      mode: 'default',
      settings: { model, reasoning_effort: effort, developer_instructions: null },
    },
    realtime_active: false,
    ...(effort !== null && { effort }),
    summary: settings.reasoningSummary ?? 'auto',
    ...(settings.userInstructions !== null && { user_instructions: settings.userInstructions }),
  };
}

function sandboxPolicy(policy: SandboxPolicy): Payload {
  if (policy.type !== 'workspace-write') return { type: policy.type };
  return {
    type: policy.type,
    writable_roots: policy.writableRoots,
    network_access: policy.network,
    exclude_tmpdir_env_var: policy.excludeTmpdir === true,
    exclude_slash_tmp: policy.excludeSlashTmp === true,
  };
}

/** `YYYY-MM-DD`. */
function dateIn(timeZone: string, now: number): string {
  try {
    return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
      now,
    );
  } catch {
    return new Date(now).toISOString().slice(0, 10);
  }
}
