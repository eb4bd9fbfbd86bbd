import type { Line } from '../../format/line-framer.ts';
import { lineKind } from '../../format/line-kind.ts';
import type { TurnSignal } from '../../model/turn-tracker.ts';
import { callSignal } from '../turn-signal.ts';

/** What a line says that need not be decoded now. */
export interface Glance {
  /** What it means for the count of turns. */
  signal: TurnSignal;
  /** What it adds: an item, or a count of tokens, to be read when it is still wanted at the end. */
  holds: 'item' | 'answer' | 'tokens' | null;
}

/**
 * Tells from the first bytes of a line in Codex's own shape whether it can wait, or counts for nothing; most of a session can.
 * Damage further on in such a line is noticed only when it is read.
 *
 * @returns null for a line that must be decoded
 */
export function glanceAtLine(line: Line): Glance | null {
  if (!line.terminated || !line.whole) return null;
  const kind = lineKind(line.bytes, line.start, line.end);
  if (kind === null) return null;
  if (kind === 'response_item/message') return glanceAtMessage(line);
  if (kind === 'event_msg/token_count') return glanceAtCount(line);
  if (kind === 'response_item/function_call') return { signal: callSignal(line), holds: 'item' };
  return glances.get(kind) ?? null;
}

/** Whether the line has an ordinal, which would stand behind its time. */
export function isNumbered(line: Line): boolean {
  return beginning(line, ORDINAL_WITHIN).includes('"ordinal":');
}

/** The ordinal that stands behind the time of the line; null where there is none. */
export function ordinalOf(line: Line): number | null {
  const digits = /^\{"timestamp":"[^"]*","ordinal":(\d+)[,}]/.exec(beginning(line, ORDINAL_WITHIN))?.[1];
  return digits === undefined ? null : Number(digits);
}

const glances = new Map<string, Glance>();

function add(kinds: string, signal: TurnSignal, holds: Glance['holds']): void {
  for (const kind of kinds.trim().split(/\s+/)) glances.set(kind, { signal, holds });
}

// What is not named here is decoded.
add(
  `world_state token_usage_record security_risk_score retained_context
   event_msg/agent_reasoning event_msg/agent_reasoning_raw_content event_msg/agent_reasoning_section_break
   event_msg/exec_command_begin event_msg/exec_command_end event_msg/patch_apply_begin event_msg/patch_apply_end
   event_msg/mcp_tool_call_begin event_msg/mcp_tool_call_end event_msg/turn_diff
   event_msg/item_completed/Reasoning event_msg/item_completed/CommandExecution event_msg/item_completed/FileChange
   event_msg/item_completed/DynamicToolCall event_msg/item_completed/McpToolCall event_msg/item_completed/WebSearch
   event_msg/item_completed/Plan`,
  'other',
  null,
);
add('event_msg/agent_message event_msg/item_completed/AgentMessage', 'answer', null);
add('event_msg/item_completed/UserMessage', 'user-event', null);
add('event_msg/context_compacted event_msg/item_completed/ContextCompaction', 'compaction', null);
add('response_item/custom_tool_call response_item/local_shell_call response_item/tool_search_call', 'answer', 'item');
add(
  `response_item/reasoning response_item/function_call_output response_item/custom_tool_call_output
   response_item/tool_search_output`,
  'other',
  'item',
);

const answer: Glance = { signal: 'other', holds: 'answer' };

/** Inside of a string each quote has a backslash before it, so what looks like a key is one. */
function glanceAtMessage(line: Line): Glance | null {
  return beginning(line, ROLE_WITHIN).includes('"role":"assistant"') ? answer : null;
}

const tokens: Glance = { signal: 'other', holds: 'tokens' };

/** One without counts must not hide the last one that has them. */
function glanceAtCount(line: Line): Glance | null {
  return beginning(line, INFO_WITHIN).includes('"token_count","info":{') ? tokens : null;
}

function beginning(line: Line, bytes: number): string {
  return line.bytes.toString('latin1', line.start, Math.min(line.end, line.start + bytes));
}

const ORDINAL_WITHIN = 64;
const INFO_WITHIN = 256;
const ROLE_WITHIN = 256;
