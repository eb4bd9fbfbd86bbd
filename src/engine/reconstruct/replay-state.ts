import type { History, SandboxPolicy } from '../../model/history.ts';
import { stringify } from '../../model/verbatim.ts';

export const replayStateSchema = 'sessions.replay-state/1';

/**
 * What `replay --state` prints: one JSON object in pieces, as a history may be larger than a string can be. Schema:
 * `schemas/replay-state.schema.json`.
 *
 * @param at the turn that was asked for; null for the end
 */
export function* replayStateText(history: History, at: number | null): Generator<string> {
  const { settings, tokens } = history;
  const head = JSON.stringify({
    schema: replayStateSchema,
    thread_id: history.threadId,
    at,
    turns: history.turns,
    state: history.state,
    resumable: history.obstacle === null,
    reason: history.obstacle,
    settings: {
      cwd: settings.cwd,
      model: settings.model,
      model_provider: settings.modelProvider,
      reasoning_effort: settings.reasoningEffort,
      reasoning_summary: settings.reasoningSummary,
      approval_policy: settings.approvalPolicy,
      sandbox_policy: settings.sandboxPolicy && policyFields(settings.sandboxPolicy),
    },
    tokens: { total: tokens.total, last: tokens.last, context_window: tokens.contextWindow },
    dynamic_tools: history.dynamicTools,
    memory_mode: history.memoryMode,
    base_instructions: history.baseInstructions,
    forked_from_id: history.forkedFrom,
  });
  yield `${head.slice(0, -1)},"items":[`;
  for (const [index, item] of history.items.entries()) yield `${index === 0 ? '' : ','}${stringify(item)}`;
  yield ']}';
}

function policyFields(policy: SandboxPolicy): object {
  if (policy.type !== 'workspace-write') return { type: policy.type };
  return { type: policy.type, writable_roots: policy.writableRoots, network: policy.network };
}
