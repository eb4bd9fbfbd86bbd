import type { UnknownRecord } from './event.ts';

/** Whether an event of this type is only of use to a program, or is said by another record. */
export function isQuietMsg(type: string): boolean {
  return quiet.has(type) || /(?:Begin|Delta)$/.test(type);
}

/** Whether it is one of those that paginated sessions keep of a tool call besides the call and its result. */
export function isMirror(type: string): boolean {
  return mirrors.has(type);
}

/** Whether an item goes with a request to the model, or is the trace of a compaction that has its own record. */
export function isQuietItem(type: string): boolean {
  return quietItems.has(type);
}

/** Codex's own book-keeping, which stands between the records of every turn and says nothing to a reader. */
export function isBookkeeping(event: UnknownRecord): boolean {
  return event.error === undefined && bookkeeping.has(event.record_type ?? '');
}

/** The same by the name of a kind of event, of message or of item: whoever is shown none of these misses nothing that was said or done. */
export function isBookkeepingKind(kind: string): boolean {
  return bookkeeping.has(kind) || recordKinds.has(kind) || isQuietItem(kind) || isQuietMsg(kind) || isMirror(kind);
}

/** Messages in the user's name that the agent made: contexts in tags, the instructions of a folder, a summary. */
export function isContext(text: string): boolean {
  return contextOpening.test(text);
}

const mirrors = new Set(['DynamicToolCall', 'McpToolCall', 'CollabAgentToolCall', 'FunctionCallOutput', 'ImageView']);

const quiet = new Set([
  'TurnStarted',
  'ThreadSettingsApplied',
  'SessionConfigured',
  'AgentReasoningSectionBreak',
  'AgentReasoningRawContent',
  'WebSearch',
  'ImageGeneration',
  'TurnDiff',
  'PlanUpdate',
  'ItemStarted',
  'RawResponseItem',
  'RawResponseCompleted',
  'McpStartupUpdate',
  'McpStartupComplete',
  'ShutdownComplete',
]);

const quietItems = new Set([
  'compaction',
  'ghost_snapshot',
  'additional_tools',
  'compaction_trigger',
  'configuration_update',
]);

const bookkeeping = new Set(['state', 'world_state', 'token_usage_record']);
const recordKinds = new Set([
  'SessionMeta',
  'TurnContext',
  'TurnComplete',
  'TokenCount',
  'ContextCompacted',
  'ItemCompleted',
]);
const contextOpening = /^\s*(?:<[A-Za-z][\w ]*>|# AGENTS\.md instructions|Another language model started to solve)/;
