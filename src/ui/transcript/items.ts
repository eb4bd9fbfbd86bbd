import type { Event } from '../../model/event.ts';
import { contentText, type Fields, objectOf, textOf } from '../../model/fields.ts';
import { isContext, isQuietItem } from '../../model/quiet-records.ts';
import { approval } from './approval.ts';
import { type Block, block, type Memory, type View } from './block.ts';
import { fileChange } from './file-change.ts';
import { agentMessage, contextMessage, reasoning, userMessage } from './messages.ts';
import { plainNotice } from './notices.ts';
import { leads, type Paragraph, paragraph, span } from './paragraph.ts';
import { toolCall } from './tool-call.ts';
import { toolResult } from './tool-result.ts';

/** A model input or output. */
export function itemBlock(event: Event, item: Fields, memory: Memory, view: View): Block | null {
  switch (item.type) {
    case 'message':
      return message(event, item, view);
    case 'reasoning':
      return thought(event, item, view);
    case 'tool_call':
      return toolCall(item, memory, view);
    case 'tool_result':
      return toolResult(item, memory, view);
    case 'file_change':
      return fileChange(item, memory, view);
    case 'approval':
      return approval(item, memory);
    case 'web_search':
      return block([webSearch(item)]);
    case 'image':
      return block([image(item)]);
    default:
      return isQuietItem(textOf(item.type) ?? '') && !view.showAll ? null : block(plainNotice(item, view.showAll));
  }
}

/**
 * The model's copy of what user and agent said is shown only where no event says the same: in a history that was put
 * together from what a compaction left.
 */
function message(event: Event, item: Fields, view: View): Block | null {
  const text = contentText(item.content);
  const isSpoken = item.role === 'assistant' || (item.role === 'user' && !isContext(text));
  if (!isSpoken) return view.showAll ? block(contextMessage(item)) : null;
  if (!event.synthetic || text === '') return null;
  return block(item.role === 'user' ? userMessage({ text }) : agentMessage(text));
}

/** Where an event says the same, only what the event does not have. Bare sessions have no times, and no such events. */
function thought(event: Event, item: Fields, view: View): Block | null {
  const standsAlone = event.timestamp === null || event.synthetic === true;
  const texts = [standsAlone ? contentText(item.summary) : '', view.showAll ? contentText(item.content) : ''];
  const paragraphs = texts.flatMap((text) => reasoning(text, view.showAll));
  return paragraphs.length === 0 ? null : block(paragraphs);
}

function webSearch(item: Fields): Paragraph {
  const action = objectOf(item.action);
  const what = textOf(action.query) ?? textOf(action.url) ?? textOf(item.query);
  const pattern = textOf(action.pattern);
  const status = textOf(item.status);
  return paragraph(
    leads.tool,
    span('web search', 'bold'),
    ...(what === null ? [] : [`: ${what}`]),
    ...(pattern === null ? [] : [` for ${pattern}`]),
    ...(status === null || status === 'completed' ? [] : [span(` · ${status}`, 'yellow')]),
  );
}

function image(item: Fields): Paragraph {
  const prompt = textOf(item.revised_prompt) ?? textOf(item.prompt);
  return paragraph(leads.tool, span('image', 'bold'), ...(prompt === null ? [] : [`: ${prompt}`]));
}
