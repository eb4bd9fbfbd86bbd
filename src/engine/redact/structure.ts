import type { ValuePlace } from './json-place.ts';

/**
 * Whether a string is what holds records together: ids, types, times, checksums of git. Rules that guess leave it alone, so that what
 * is redacted still fits together. Names alone do not say so: what a tool was given or gave may have any names, and so may records
 * that nobody here knows.
 */
export function isStructure(value: string, { keys, key }: ValuePlace): boolean {
  if (key === null || !structural.has(key)) return false;
  return /^[\w.:+-]{0,128}$/.test(value) && !isContent(keys);
}

/** Whether something stands where a user, a model, a program or a version that is not known may put anything. */
export function isContent(keys: readonly (string | null)[]): boolean {
  return keys.some((step) => step !== null && content.has(step));
}

/** Content that nobody but the provider can read, so that nobody knows what is in it. */
export function isOpaque(value: string, { keys, isKey }: ValuePlace): boolean {
  return !isKey && keys[keys.length - 1] === 'encrypted_content' && value.length > 0;
}

/** A line that is not UTF-8, as events carry it. */
export function isRawBytes({ keys, isKey }: ValuePlace): boolean {
  return !isKey && keys.length === 1 && keys[0] === 'raw_base64';
}

/** Whether the record of a line has a type whose members are known; true for a line that is the item itself. */
export function isKnownRecord(record: unknown): boolean {
  if (typeof record !== 'object' || record === null || !('payload' in record)) return true;
  return 'type' in record && typeof record.type === 'string' && knownTypes.has(record.type);
}

const knownTypes = new Set(['session_meta', 'turn_context', 'response_item', 'event_msg', 'compacted']);

const structural = new Set(
  (
    'type id timestamp ordinal schema status role phase model model_provider model_provider_id cli_version originator ' +
    'thread_id call_id turn_id session_id parent_thread_id forked_from_id root_turn_id response_id window_id item_id ' +
    'first_window_id previous_window_id parent_id process_id base_rollout inherited_from record_type history_mode kind ' +
    'commit_hash sha parent commit comp_hash compaction_response_id threadId turnId itemId approvalId completed_at started_at'
  ).split(' '),
);

/** Below these members everything is said by a user, a model or a program, or is kept as it was found. */
const content = new Set(
  (
    'raw arguments arguments_text output content text message input command parsed_cmd aggregated_output stdout stderr ' +
    'changes raw_text raw_base64 instructions user_instructions base_instructions dynamic_tools result results action ' +
    'last_agent_message formatted_output unified_diff mcp_servers env'
  ).split(' '),
);
