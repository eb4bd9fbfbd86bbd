import { isSyntheticUserText } from '../format/events/synthetic-text.ts';
import type { Line } from '../format/line-framer.ts';
import { isObject } from '../format/record.ts';
import type { EventBody } from '../model/event.ts';
import type { TurnSignal } from '../model/turn-tracker.ts';

/** What an event means for the count of turns. */
export function turnSignal(body: EventBody): TurnSignal {
  switch (body.type) {
    case 'EventMsg':
      return messageSignals.get(body.msg.type) ?? 'other';
    case 'ResponseItem':
      if (body.item.type === 'message') return body.item.role === 'user' ? userSignal(body.item) : 'other';
      if (body.item.type !== 'tool_call') return 'other';
      return body.item.name === VIEW_TOOL ? 'view' : 'answer';
    case 'Compacted':
      return 'compaction';
    default:
      return 'other';
  }
}

const messageSignals = new Map<string, TurnSignal>([
  ['TurnStarted', 'start'],
  ['TurnComplete', 'end'],
  ['TurnAborted', 'end'],
  ['UserMessage', 'user-event'],
  ['AgentMessage', 'answer'],
  ['ContextCompacted', 'compaction'],
]);

/** What a call of a tool means for the count of turns. */
export function callSignal(line: Line): TurnSignal {
  return line.bytes.subarray(line.start, line.end).includes(viewCall) ? 'view' : 'answer';
}

const VIEW_TOOL = 'view_image';

/** Inside of a string each quote has a backslash before it, so what looks like this is it. */
const viewCall = Buffer.from(`"name":"${VIEW_TOOL}"`);

function userSignal(item: { [key: string]: unknown }): TurnSignal {
  if (hasPicturesOnly(item)) return 'picture';
  return isSyntheticUserText(userItemText(item)) ? 'other' : 'user-item';
}

/** The texts of a message item, without the wrappers that Codex puts around images. */
export function userItemText(item: { [key: string]: unknown }): string {
  if (typeof item.content === 'string') return item.content;
  if (!Array.isArray(item.content)) return '';
  const texts: string[] = [];
  for (const part of item.content) {
    if (isObject(part) && typeof part.text === 'string' && !imageWrapper.test(part.text)) texts.push(part.text);
  }
  return texts.join('\n');
}

function hasPicturesOnly({ content }: { [key: string]: unknown }): boolean {
  if (!Array.isArray(content) || content.length === 0) return false;
  return content.every(
    (part) => isObject(part) && (part.type === 'input_image' || imageWrapper.test(String(part.text))),
  );
}

const imageWrapper = /^\s*<\/?image(?:\s[^>]*)?>\s*$/;
