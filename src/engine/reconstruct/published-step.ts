import type { JsonObject } from '../../format/decode-line.ts';
import { isObject, type Record } from '../../format/record.ts';
import type { ModelItem } from '../../model/history.ts';
import { toModelItem } from './model-item.ts';
import type { Step } from './step.ts';

export interface PublishedStep {
  step: Step | null;
  turn: number;
  /** Marked as no longer in effect when the stream was written. */
  isRolledBack: boolean;
  threadId?: string | null;
}

/**
 * Reads lines of our own event stream as steps. What the stream does not keep is made up for: which kind of tool a call went
 * to, the white space of its arguments, the wrapper around an output.
 */
export class PublishedReader {
  /** For each call, the kind of its output. */
  readonly #outputs = new Map<unknown, string>();

  read(record: Record): PublishedStep {
    const event = record.text().value as JsonObject;
    return {
      step: event.synthetic === true ? null : this.#stepOf(record, event),
      turn: typeof event.turn === 'number' ? event.turn : 0,
      isRolledBack: event.rolled_back === true,
      threadId: typeof event.thread_id === 'string' ? event.thread_id : null,
    };
  }

  #stepOf({ type, payload }: Record, event: JsonObject): Step | null {
    switch (type) {
      case 'SessionMeta':
        return event.inherited_from === undefined ? { kind: 'meta', payload, isFirst: true } : null;
      case 'TurnContext':
        return { kind: 'context', payload };
      case 'Compacted':
        return { kind: 'compacted', payload };
      case 'EventMsg':
        return eventStep(payload);
      case 'ResponseItem': {
        const item = toModelItem(this.#recordedItem(payload));
        return item && { kind: 'item', item };
      }
      default:
        return null;
    }
  }

  #recordedItem(item: JsonObject): JsonObject {
    switch (item.type) {
      case 'tool_call': {
        const call = recordedCall(item);
        this.#outputs.set(call.call_id, outputKinds.get(call.type) ?? functionOutput);
        return call;
      }
      case 'tool_result':
        return recordedOutput(item, this.#outputs.get(item.call_id) ?? functionOutput);
      case 'web_search':
        return { ...item, type: 'web_search_call' };
      case 'image':
        return { ...item, type: 'image_generation_call' };
      default:
        return item;
    }
  }
}

const functionOutput = 'function_call_output';

const outputKinds = new Map([
  ['custom_tool_call', 'custom_tool_call_output'],
  ['tool_search_call', 'tool_search_output'],
]);

function eventStep(msg: JsonObject): Step | null {
  if (msg.type === 'ThreadRolledBack') return { kind: 'rolled-back', turns: Number(msg.num_turns) };
  const type = recordedEvents.get(msg.type);
  if (!type) return null;
  const { total, last, model_context_window } = msg;
  const info = { total_token_usage: total, last_token_usage: last, model_context_window };
  return { kind: 'event', payload: type === 'token_count' ? { type, info } : { ...msg, type } };
}

const recordedEvents = new Map<unknown, string>([
  ['TurnStarted', 'task_started'],
  ['TurnComplete', 'task_complete'],
  ['TurnAborted', 'turn_aborted'],
  ['UserMessage', 'user_message'],
  ['TokenCount', 'token_count'],
  ['ThreadSettingsApplied', 'thread_settings_applied'],
]);

function recordedCall({ type: _, command: __, arguments: args, arguments_text, name, ...rest }: JsonObject): ModelItem {
  const text = typeof arguments_text === 'string' ? arguments_text : JSON.stringify(args ?? {});
  if (name === 'local_shell' && isObject(args) && args.type === 'exec') {
    return { type: 'local_shell_call', ...rest, action: args };
  }
  if (name === 'tool_search') return { type: 'tool_search_call', ...rest, arguments: args };
  if (typeof rest.status === 'string' || arguments_text !== undefined) {
    return { type: 'custom_tool_call', ...rest, name, input: text };
  }
  return { type: 'function_call', ...rest, name, arguments: text };
}

function recordedOutput(result: JsonObject, type: string): ModelItem {
  const { type: _, call_id, id, output, parts, exit_code: __, duration_ms: ___, status: ____, ...rest } = result;
  const head = { type, ...(typeof id === 'string' && { id }), call_id };
  if (type === 'tool_search_output') return { ...head, status: 'completed', ...rest };
  return { ...head, output: Array.isArray(parts) ? parts : output };
}
