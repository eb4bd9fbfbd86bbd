import { isSyntheticUserText } from '../format/events/synthetic-text.ts';
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
      return body.item.type === 'tool_call' ? 'answer' : 'other';
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

function userSignal(item: { [key: string]: unknown }): TurnSignal {
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

const imageWrapper = /^\s*<\/?image(?:\s[^>]*)?>\s*$/;
