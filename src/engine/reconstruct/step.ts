import type { JsonObject } from '../../format/decode-line.ts';
import type { Record } from '../../format/record.ts';
import type { ModelItem } from '../../model/history.ts';
import { toModelItem } from './model-item.ts';
import type { UnreadLine } from './unread-line.ts';

/** What one record adds to the state of its thread. */
export type Step =
  | { kind: 'item'; item: ModelItem | UnreadLine }
  | { kind: 'tokens'; line: UnreadLine }
  | { kind: 'compacted' | 'context' | 'event'; payload: JsonObject }
  | { kind: 'rolled-back'; turns: number }
  | { kind: 'meta'; payload: JsonObject; isFirst: boolean }
  | { kind: 'tools'; tools: readonly unknown[] };

/** Makes the steps of one file; null for a record that adds nothing. */
export class StepReader {
  readonly #isInherited: boolean;
  #isFirstFile: boolean;
  #metaId: string | null = null;

  /**
   * @param file.isInherited another thread's file, whose session_meta says nothing about this thread
   * @param file.isFirst the first file of the thread's own; later ones repeat its session_meta
   */
  constructor(file: { isInherited: boolean; isFirst: boolean }) {
    this.#isInherited = file.isInherited;
    this.#isFirstFile = file.isFirst;
  }

  read(record: Record): Step | null {
    const { type, payload } = record;
    switch (type) {
      case 'response_item': {
        const item = toModelItem(payload, () => record.payloadText());
        return item && { kind: 'item', item };
      }
      case 'event_msg':
        return readEvent(payload);
      case 'compacted':
        return { kind: 'compacted', payload };
      case 'turn_context':
        return { kind: 'context', payload };
      case 'session_meta':
        return this.#readMeta(payload);
      case 'inter_agent_communication':
        return agentMessage(payload);
      case 'dynamic_tools_updated': {
        const tools = payload.dynamic_tools ?? payload.tools;
        return Array.isArray(tools) ? { kind: 'tools', tools } : null;
      }
      default:
        return null;
    }
  }

  /** The first is the file's identity; later ones with another id came along with copied history. */
  #readMeta(payload: JsonObject): Step | null {
    if (this.#isInherited) return null;
    const id = String(payload.id).toLowerCase();
    const isFirst = this.#isFirstFile && this.#metaId === null;
    this.#metaId ??= id;
    this.#isFirstFile = false;
    return id === this.#metaId ? { kind: 'meta', payload, isFirst } : null;
  }
}

function readEvent(payload: JsonObject): Step | null {
  if (payload.type === 'thread_rolled_back') return { kind: 'rolled-back', turns: Number(payload.num_turns) };
  return tellingEvents.has(payload.type) ? { kind: 'event', payload } : null;
}

const tellingEvents = new Set<unknown>([
  'task_started',
  'turn_started',
  'task_complete',
  'turn_complete',
  'turn_aborted',
  'user_message',
  'token_count',
  'thread_settings_applied',
]);

/** Codex 0.169 sends such a record to the model as this item. */
function agentMessage({ author, recipient, content }: JsonObject): Step | null {
  if (typeof content !== 'string') return null;
  const item = { type: 'agent_message', author, recipient, content: [{ type: 'input_text', text: content }] };
  return { kind: 'item', item };
}
