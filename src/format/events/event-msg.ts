import type { EventBody, EventMsg } from '../../model/event.ts';
import type { JsonObject } from '../decode-line.ts';
import { isObject, type Record } from '../record.ts';
import { fileChange } from './file-change.ts';
import { completedItemBody } from './item-completed.ts';
import { retype } from './retype.ts';
import { milliseconds } from './rust-duration.ts';
import { toTokenCount } from './token-count.ts';

/** A thing that happened, as Codex's `event_msg`. Null for a kind that this version does not know. */
export function eventMsgBody(record: Record): EventBody | null {
  const { payload } = record;
  const type = payload.type;
  switch (type) {
    case 'user_message':
      return textMessage('UserMessage', payload);
    case 'agent_message':
      return textMessage('AgentMessage', payload);
    case 'token_count':
      return event(toTokenCount(payload));
    case 'item_completed':
      return completedItemBody(payload);
    case 'patch_apply_end':
      return { type: 'ResponseItem', item: fileChange(payload.call_id, payload) };
    case 'exec_command_end':
      return event(commandExecution(payload));
    case 'sessions_approval':
      return { type: 'ResponseItem', item: retype(record.payloadText(), 'approval') };
    default: {
      const name = typeof type === 'string' ? messageNames.get(type) : undefined;
      return name ? event(retype(record.payloadText(), name)) : null;
    }
  }
}

function event(msg: EventMsg): EventBody {
  return { type: 'EventMsg', msg };
}

/** `message` becomes `text`; everything that is empty is left out, the rest stays. Null for a message without a text. */
function textMessage(type: string, { type: _, message, ...rest }: JsonObject): EventBody | null {
  if (typeof message !== 'string' || 'text' in rest) return null;
  for (const [key, value] of Object.entries(rest)) {
    if (value === null || (Array.isArray(value) && value.length === 0)) delete rest[key];
  }
  return event({ type, text: message, ...rest });
}

function commandExecution(payload: JsonObject): EventMsg {
  const { type: _, duration, ...rest } = payload;
  const msg: EventMsg = { type: 'CommandExecution', ...rest };
  if (isObject(duration)) msg.duration_ms = milliseconds(duration);
  return msg;
}

/** Kinds that pass through, and their published names where those differ from the kind in capitals. */
const renamed: { [kind: string]: string } = {
  task_started: 'TurnStarted',
  task_complete: 'TurnComplete',
  turn_started: 'TurnStarted',
  turn_complete: 'TurnComplete',
  thread_name_updated: 'ThreadNamed',
};

/** Every kind of `event_msg` that a Codex up to 0.169 can name, whether it persists it or not. */
const passedThrough = `
  error warning auth_recovery_started auth_recovery_completed guardian_warning realtime_conversation_started
  realtime_conversation_realtime realtime_conversation_closed realtime_conversation_sdp model_reroute model_verification
  turn_moderation_metadata safety_buffering context_compacted thread_rolled_back task_started turn_started
  thread_settings_applied task_complete turn_complete agent_reasoning agent_reasoning_raw_content
  agent_reasoning_section_break session_configured environment_connected environment_disconnected thread_goal_updated
  thread_queue_changed mcp_startup_update mcp_startup_complete mcp_tool_call_begin mcp_tool_call_end web_search_begin
  web_search_end image_generation_begin image_generation_end exec_command_begin exec_command_output_delta
  terminal_interaction view_image_tool_call exec_approval_request request_permissions request_user_input
  dynamic_tool_call_request dynamic_tool_call_response elicitation_request elicitation_abandoned
  apply_patch_approval_request guardian_assessment deprecation_notice stream_error patch_apply_begin patch_apply_updated
  turn_diff plan_update turn_aborted shutdown_complete entered_review_mode exited_review_mode raw_response_item
  raw_response_completed item_started hook_started hook_completed collab_agent_spawn_begin collab_agent_spawn_end
  collab_agent_interaction_begin collab_agent_interaction_end collab_waiting_begin collab_waiting_end collab_close_begin
  collab_close_end collab_resume_begin collab_resume_end sub_agent_activity thread_name_updated background_event
  undo_started undo_completed`;

const messageNames = new Map(
  passedThrough
    .trim()
    .split(/\s+/)
    .map((kind) => [kind, renamed[kind] ?? pascalCase(kind)]),
);

/** The published name of a kind, in either spelling: `task_started` and `TurnStarted` both give `TurnStarted`. */
export function publishedKind(word: string): string {
  return messageNames.get(word) ?? (/^[A-Z]/.test(word) ? word : pascalCase(word));
}

export function pascalCase(kind: string): string {
  return kind.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
