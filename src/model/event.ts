import type { Verbatim } from './verbatim.ts';

/**
 * The published event stream, version 1: what `show`, `export`, `replay` and `exec --json` emit for every dialect.
 * The schema is `schemas/event.schema.json`; the manual is `man/sessions-events.5`.
 */
export type Event = EventHead & EventBody;

/** Schema name that the first printed event of each session carries. */
export const eventSchema = 'sessions.event/1';

export interface EventHead {
  schema?: typeof eventSchema;
  /** The logical thread that is being read (for inherited events: the child, not the parent). */
  thread_id: string | null;
  /** 0-based position in the logical thread, counted before any filter. */
  seq: number;
  /** RFC 3339 UTC, or null where the dialect has none. */
  timestamp: string | null;
  /** 1-based recorded turn; 0 before the first. */
  turn: number;
  /** 1-based physical line in its file; absent on synthetic events. */
  line?: number;
  /** The thread that this event was recorded in, when it is not this one. */
  inherited_from?: string;
  /** The rollout that this event was read from, when it was reached through `history_base`. */
  base_rollout?: string;
  /** Recorded, but no longer part of the effective history. */
  rolled_back?: true;
  /** No line stands behind this event. */
  synthetic?: true;
}

export type EventBody =
  | { type: 'SessionMeta'; meta: Verbatim }
  | { type: 'TurnContext'; context: Verbatim }
  | { type: 'EventMsg'; msg: EventMsg }
  | { type: 'ResponseItem'; item: Item }
  | { type: 'Compacted'; compacted: Verbatim }
  | UnknownRecord;

/** A record that this version does not know, or could not decode, kept whole. */
export interface UnknownRecord {
  type: 'Unknown';
  /** The record's own type, where it can be seen. */
  record_type?: string;
  /** The whole line, when it is JSON. */
  raw?: Verbatim;
  /** The whole line, when it is UTF-8 but not JSON. */
  raw_text?: string;
  /** The whole line, when it is not UTF-8. */
  raw_base64?: string;
  /** Why it could not be decoded. */
  error?: string;
  /** Byte offset of the line in the decompressed file. */
  offset?: number;
  /** Length of the line in bytes, without its LF. */
  length?: number;
}

/** Parts that a dialect does not have are absent; parts that Codex adds later pass through. */
export interface EventMsg {
  type: string;
  [key: string]: unknown;
}

export interface TokenUsage {
  input_tokens: number | string;
  cached_input_tokens: number | string;
  output_tokens: number | string;
  reasoning_output_tokens: number | string;
  total_tokens: number | string;
}

/**
 * `message`, `reasoning`, `tool_call`, `tool_result`, `approval`, `file_change`, `web_search`, `image`, `compaction`, and
 * the names of Codex's rarer items. See `ToolCall` and `ToolResult` for the two that are normalised.
 */
export interface Item {
  type: string;
  [key: string]: unknown;
}

export interface ToolCall extends Item {
  type: 'tool_call';
  call_id: string | null;
  name: string;
  /** The arguments as recorded, when they are JSON. */
  arguments?: Verbatim;
  /** The arguments as recorded, when they are not JSON (a patch, a program). */
  arguments_text?: string;
  /** argv, for tools that run a command. */
  command?: string[];
}

export interface ToolResult extends Item {
  type: 'tool_result';
  call_id: string | null;
  output: string;
  exit_code?: number;
  duration_ms?: number;
  status: 'completed' | 'failed' | 'declined' | 'aborted';
}

export const eventTypes = ['SessionMeta', 'TurnContext', 'EventMsg', 'ResponseItem', 'Compacted', 'Unknown'] as const;
export type EventType = (typeof eventTypes)[number];
