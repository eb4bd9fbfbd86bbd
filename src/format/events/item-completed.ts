import type { EventBody, EventMsg } from '../../model/event.ts';
import type { JsonObject } from '../decode-line.ts';
import { isObject } from '../record.ts';
import { fileChange } from './file-change.ts';
import { milliseconds } from './rust-duration.ts';

/**
 * `item_completed`, in which paginated threads record what older ones say with an event kind each. `turn_id` and the times
 * stand beside the item's own fields. Null for an item that this version does not know.
 */
export function completedItemBody(payload: JsonObject): EventBody | null {
  const { item } = payload;
  if (!isObject(item) || typeof item.type !== 'string') return null;
  const context = contextOf(payload);
  if (item.type === 'FileChange') {
    return { type: 'ResponseItem', item: { ...fileChange(item.id, item), ...context } };
  }
  const msg = messageOf(item);
  return msg ? { type: 'EventMsg', msg: { ...msg, ...context } } : null;
}

function messageOf(item: JsonObject): EventMsg | null {
  const { type, content, ...rest } = item;
  switch (type) {
    case 'UserMessage':
      return withContent(type, userContent(content), rest);
    case 'AgentMessage':
      return withContent(type, { text: joinTexts(content, '\n') }, rest);
    case 'Reasoning':
      return withContent(type, { text: strings(item.summary_text).join('\n\n') }, rest);
    case 'CommandExecution':
    case 'DynamicToolCall':
    case 'McpToolCall': {
      const { duration, ...others } = rest;
      const msg: EventMsg = { type, ...others };
      if (isObject(duration)) msg.duration_ms = milliseconds(duration);
      return msg;
    }
    case 'ContextCompaction':
      return { type: 'ContextCompacted', ...rest };
    default:
      return typeof type === 'string' && passedThrough.has(type)
        ? { ...rest, type, ...(content ? { content } : {}) }
        : null;
  }
}

/** The content comes first, and no field of the item takes its place. */
function withContent(type: string, content: JsonObject, rest: JsonObject): EventMsg {
  return { type, ...content, ...rest, ...content };
}

/** Items without a shape of their own here. */
const passedThrough = new Set([
  'Plan',
  'CollabAgentToolCall',
  'EnteredReviewMode',
  'ExitedReviewMode',
  'FunctionCallOutput',
  'HookPrompt',
  'SubAgentActivity',
  'WebSearch',
  'ImageView',
  'ImageGeneration',
  'Extension',
]);

function userContent(content: unknown): { text: string; images?: unknown[]; local_images?: unknown[] } {
  const parts = Array.isArray(content) ? content.filter(isObject) : [];
  const images = parts.filter((part) => part.type === 'image').map((part) => part.image_url ?? part.url ?? part);
  const localImages = parts.filter((part) => part.type === 'local_image').map((part) => part.path ?? part);
  return {
    text: joinTexts(parts, '\n'),
    ...(images.length > 0 && { images }),
    ...(localImages.length > 0 && { local_images: localImages }),
  };
}

function joinTexts(content: unknown, separator: string): string {
  if (!Array.isArray(content)) return '';
  return content
    .flatMap((part) => (isObject(part) && typeof part.text === 'string' ? [part.text] : []))
    .join(separator);
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((part): part is string => typeof part === 'string') : [];
}

function contextOf(payload: JsonObject): JsonObject {
  const context: JsonObject = {};
  for (const key of ['turn_id', 'started_at_ms', 'completed_at_ms']) {
    if (payload[key] !== undefined && payload[key] !== null) context[key] = payload[key];
  }
  return context;
}
