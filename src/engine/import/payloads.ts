import { spliceObject } from '../../format/splice-object.ts';
import type { EventLine, LineForm } from './line-form.ts';
import { callPayloads, resultPayloads } from './tool-payloads.ts';

/** A record that may be what an event was read from. */
export interface Candidate {
  /** The record's type on disk. */
  type: string;
  /** JSON text. */
  payload: string;
  /** For a tool call: its id, and the kind in which it is written. */
  call?: { id: unknown; kind: string };
}

type Fields = { [key: string]: unknown };

/** The records that an event may have been read from, the likeliest first. */
export function* candidatesOf(
  value: EventLine['value'],
  textOf: (key: string) => string | undefined,
  form: LineForm,
): Generator<Candidate> {
  switch (value.type) {
    case 'SessionMeta':
      return yield { type: 'session_meta', payload: textOf('meta') ?? '{}' };
    case 'TurnContext':
      return yield { type: 'turn_context', payload: textOf('context') ?? '{}' };
    case 'Compacted':
      return yield { type: 'compacted', payload: textOf('compacted') ?? '{}' };
    case 'ResponseItem':
      return yield* itemCandidates(value.item as Fields, textOf('item') ?? '{}', form);
    case 'EventMsg':
      return yield* messageCandidates(value.msg as Fields, textOf('msg') ?? '{}', form);
  }
}

function* itemCandidates(item: Fields, text: string, form: LineForm): Generator<Candidate> {
  const type = String(item.type);
  switch (type) {
    case 'tool_call':
      for (const { kind, payload } of callPayloads(item, text)) {
        yield { type: 'response_item', payload, call: { id: item.call_id, kind } };
      }
      return;
    case 'tool_result':
      for (const payload of resultPayloads(item, form.calls.get(item.call_id)))
        yield { type: 'response_item', payload };
      return;
    case 'approval':
      return yield { type: 'event_msg', payload: retyped(text, 'sessions_approval') };
    case 'file_change': {
      const { type: _, call_id: id, ...rest } = item;
      if (form.dialect === 'paginated') yield completed({ type: 'FileChange', id: id ?? undefined, ...rest }, form);
      yield message({ type: 'patch_apply_end', call_id: id ?? undefined, ...rest });
      return yield completed({ type: 'FileChange', id: id ?? undefined, ...rest }, form);
    }
    default:
      for (const name of recordedItems[type] ?? [type]) yield { type: 'response_item', payload: retyped(text, name) };
  }
}

/** Published names of items that have others on disk. */
const recordedItems: { [published: string]: string[] } = {
  web_search: ['web_search_call'],
  image: ['image_generation_call'],
  compaction: ['compaction', 'compaction_summary', 'context_compaction'],
};

function* messageCandidates(msg: Fields, text: string, form: LineForm): Generator<Candidate> {
  const { type, ...rest } = msg;
  const isPaginated = form.dialect === 'paginated';
  const item = completedItem(msg, form);
  if (isPaginated && item) yield item;
  switch (type) {
    case 'UserMessage':
    case 'AgentMessage': {
      const { text: said, ...others } = rest;
      yield message({ type: snakeCase(type), message: said, ...others });
      break;
    }
    case 'TokenCount':
      yield message(tokenCount(rest));
      break;
    case 'CommandExecution': {
      const { duration_ms: ms, ...others } = rest;
      yield message({ type: 'exec_command_end', ...others, duration: durationOf(ms) });
      break;
    }
    default:
      if (typeof type === 'string')
        yield { type: 'event_msg', payload: retyped(text, recordedMessages[type] ?? snakeCase(type)) };
  }
  if (!isPaginated && item) yield item;
}

const recordedMessages: { [published: string]: string } = {
  TurnStarted: 'task_started',
  TurnComplete: 'task_complete',
  ThreadNamed: 'thread_name_updated',
};

/** What paginated threads record with `item_completed`; null for what they do not. */
function completedItem(msg: Fields, form: LineForm): Candidate | null {
  const { type, text, images, local_images: files, duration_ms: ms, ...rest } = msg;
  switch (type) {
    case 'UserMessage': {
      const pictures = [...asList(images).map((image_url) => ({ type: 'image', image_url }))];
      const local = asList(files).map((path) => ({ type: 'local_image', path }));
      return completed({ type, ...rest, content: [{ type: 'text', text }, ...pictures, ...local] }, form);
    }
    case 'AgentMessage':
      return completed({ type, ...rest, content: [{ type: 'Text', text }] }, form);
    case 'Reasoning':
      return completed({ type, ...rest, summary_text: text === '' ? [] : [text] }, form);
    case 'ContextCompacted':
      return completed({ type: 'ContextCompaction', ...rest }, form);
    case 'CommandExecution':
    case 'DynamicToolCall':
    case 'McpToolCall':
      return completed({ type, ...rest, ...(ms !== undefined && { duration: durationOf(ms) }) }, form);
    default:
      return typeof type === 'string' ? completed(msg, form) : null;
  }
}

/** The context of an item stands beside it. Codex passes over one that does not say of which thread it is; events do not tell. */
function completed(item: Fields, { threadId: thread_id }: LineForm): Candidate {
  const { turn_id, started_at_ms, completed_at_ms, ...own } = item;
  return message({ type: 'item_completed', thread_id, turn_id, item: own, started_at_ms, completed_at_ms });
}

function message(payload: Fields): Candidate {
  return { type: 'event_msg', payload: JSON.stringify(payload) };
}

function tokenCount({ total, last, model_context_window: window, rate_limits: limits }: Fields): Fields {
  const hasInfo = total !== null || last !== null || window !== undefined;
  const info = hasInfo ? { total_token_usage: total, last_token_usage: last, model_context_window: window } : null;
  return { type: 'token_count', info, rate_limits: limits ?? null };
}

function durationOf(ms: unknown): unknown {
  if (typeof ms !== 'number') return ms === null ? { secs: '', nanos: '' } : undefined;
  return { secs: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 };
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The same object under another type; everything else byte for byte. */
function retyped(text: string, type: string): string {
  return spliceObject(text, new Map([['type', JSON.stringify(type)]]));
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter, at: number) => `${at === 0 ? '' : '_'}${letter.toLowerCase()}`);
}
