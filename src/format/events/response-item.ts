import type { EventBody } from '../../model/event.ts';
import type { Record } from '../record.ts';
import { retype } from './retype.ts';
import { toToolCall } from './tool-call.ts';
import { toToolResult } from './tool-result.ts';

/**
 * A model input or output. Calls and results are brought to one shape; the other items pass through byte for byte under
 * the field's name for them. Null for an item that this version does not know.
 */
export function responseItemBody(record: Record): EventBody | null {
  const type = record.payload.type;
  if (typeof type !== 'string') return null;
  switch (itemKinds.get(type)) {
    case 'call':
      return { type: 'ResponseItem', item: toToolCall(record.payload) };
    case 'result':
      return { type: 'ResponseItem', item: toToolResult(record.payload) };
    case undefined:
      return null;
    default:
      return { type: 'ResponseItem', item: retype(record.payloadText(), itemKinds.get(type) as string) };
  }
}

/** Codex's item types, over all versions, and what they are called here. */
const itemKinds = new Map([
  ['message', 'message'],
  ['reasoning', 'reasoning'],
  ['function_call', 'call'],
  ['custom_tool_call', 'call'],
  ['local_shell_call', 'call'],
  ['tool_search_call', 'call'],
  ['function_call_output', 'result'],
  ['custom_tool_call_output', 'result'],
  ['local_shell_call_output', 'result'],
  ['tool_search_output', 'result'],
  ['web_search_call', 'web_search'],
  ['image_generation_call', 'image'],
  ['compaction', 'compaction'],
  ['compaction_summary', 'compaction'],
  ['context_compaction', 'compaction'],
  ['compaction_trigger', 'compaction_trigger'],
  ['configuration_update', 'configuration_update'],
  ['agent_message', 'agent_message'],
  ['ghost_snapshot', 'ghost_snapshot'],
  ['additional_tools', 'additional_tools'],
  ['other', 'other'],
]);
