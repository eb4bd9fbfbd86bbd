import { isObject } from '../../format/record.ts';
import type { ModelItem } from '../../model/history.ts';

/**
 * Whether Codex 0.169 takes an item for the beginning of a user's turn, which is what rollbacks count: a message of the
 * user's that holds nothing of the agent's own making, or a message from another agent.
 */
export function isUserBoundary(item: ModelItem): boolean {
  return item.type === 'agent_message' || (isMessage(item, 'user') && !isContextualUser(item));
}

/** Whether a message of the role `user` holds context that Codex put there, such as the environment. */
export function isContextualUser(item: ModelItem): boolean {
  return textsOf(item).some((text) => wrapped.test(text) || unwrapped.test(text));
}

/** Whether a message tells the model about settings; those before a turn go with the turn when it is rolled back. */
export function isContextualDeveloper(item: ModelItem): boolean {
  return textsOf(item).some((text) => settings.test(text));
}

export function isMessage(item: ModelItem, role: string): boolean {
  return item.type === 'message' && item.role === role;
}

/** Texts of the parts of a message. */
export function textsOf({ content }: ModelItem): string[] {
  if (typeof content === 'string') return [content];
  if (!Array.isArray(content)) return [];
  return content.flatMap((part) => (isObject(part) && typeof part.text === 'string' ? [part.text] : []));
}

// Each of these was resumed with 0.169, in a compacted and in a rolled-back session; `<user_instructions>` and `<ide_context>`,
// for example, count as typed.
const userTags = [
  'environment_context',
  'skill',
  'user_shell_command',
  'turn_aborted',
  'subagent_notification',
  'goal_context',
  'hook_prompt',
  'external_\\w+',
  'recommended_plugins',
  'codex_internal_context',
];

/** From the opening tag to the closing one: half of it may be typed. */
const wrapped = new RegExp(
  `^\\s*(?:<(${userTags.join('|')})(?:\\s[^>]*)?>[^]*</\\1>|# AGENTS\\.md instructions[^]*</INSTRUCTIONS>)\\s*$`,
  'i',
);

const unwrapped = /^Warning: (?:The maximum number of unified exec processes|apply_patch was requested via )/;

const developerTags = [
  'permissions instructions',
  'model_switch',
  'collaboration_mode',
  'multi_agent_mode',
  'environments_instructions',
  'plugins_instructions',
  'skills_instructions',
  'apps_instructions',
  'personality_spec',
  'token_budget',
  'context_window',
  'context_window_guidance',
  'rollout_budget',
  'realtime_conversation',
  'tools',
];

const settings = new RegExp(`^\\s*<(?:${developerTags.join('|')})>`, 'i');
