import type { Event } from '../../../../model/event.ts';
import { contentText, type Fields, listOf, objectOf, textOf } from '../../../../model/fields.ts';
import { isBookkeeping, isContext, isMirror, isQuietItem, isQuietMsg } from '../../../../model/quiet-records.ts';
import { plain, stringify } from '../../../../model/verbatim.ts';
import type { LossCounter } from '../../loss-counter.ts';
import { escapeLine, excerpt } from '../text/escape.ts';
import { jsonBlock } from '../text/json-text.ts';
import { folded, type Memory } from './block.ts';
import { showFileChange } from './changes.ts';
import { agentMessage, contextMessage, reasoning, userMessage } from './messages.ts';
import { approval, compaction, notice, plainNotice, unknownRecord, webSearch } from './notices.ts';
import { pictureMade } from './pictures.ts';
import { toolCall } from './tool-call.ts';
import { commandExecution, toolResult } from './tool-result.ts';

/** What a page says of one event; null for an event that it leaves out. */
export function showEvent(event: Event, memory: Memory, losses: LossCounter): string[] | null {
  switch (event.type) {
    case 'SessionMeta':
      return folded(event, 'quiet', 'Another session record', false, jsonBlock(stringify(event.meta)));
    case 'TurnContext':
      return turnContext(event, objectOf(event.context), stringify(event.context));
    case 'EventMsg':
      return showMsg(event, objectOf(event.msg), memory, losses);
    case 'ResponseItem':
      return showItem(event, objectOf(event.item), memory, losses);
    case 'Compacted':
      return compaction(event, 'record', textOf(objectOf(event.compacted).message), memory);
    case 'Unknown':
      return isBookkeeping(event) ? null : unknownRecord(event);
  }
}

/** With what the turn ran: the words of it that tell most, and all of it folded. */
function turnContext(event: Event, context: Fields, json: string): string[] {
  const sandbox = context.sandbox_policy;
  const said = [
    context.model,
    context.approval_policy,
    textOf(sandbox) ?? objectOf(sandbox).type ?? objectOf(sandbox).mode,
  ]
    .flatMap((value) => textOf(plain(value)) ?? [])
    .map((value) => escapeLine(excerpt(value, 80)));
  return folded(event, 'quiet', ['Context', ...said].join(' · '), false, jsonBlock(json));
}

function showMsg(event: Event, msg: Fields, memory: Memory, losses: LossCounter): string[] | null {
  const type = textOf(msg.type) ?? '';
  const text = textOf(msg.text);
  switch (type) {
    case 'UserMessage':
      return userMessage(event, msg, losses);
    case 'AgentMessage':
      return text === null ? null : agentMessage(event, text);
    case 'Reasoning':
    case 'AgentReasoning':
      return reasoning(event, [text ?? '', ...listOf(msg.raw_content).flatMap((part) => textOf(part) ?? [])]);
    case 'CommandExecution':
      return commandExecution(event, msg, memory);
    case 'TokenCount':
      return null;
    case 'ContextCompacted':
      return compaction(event, 'event', null, memory);
    case 'Plan':
      return text === null ? null : agentMessage(event, text, 'Plan');
  }
  const said = notice(event, msg);
  if (said !== undefined) return said;
  if (isMirror(type) && memory.calls.find(textOf(msg.call_id) ?? textOf(msg.id))) return null;
  return isQuietMsg(type) ? null : plainNotice(event, msg);
}

function showItem(event: Event, item: Fields, memory: Memory, losses: LossCounter): string[] | null {
  switch (item.type) {
    case 'message':
      return message(event, item, losses);
    case 'reasoning':
      if (textOf(item.encrypted_content) !== null) losses.add('encrypted reasoning', 'omitted');
      return reasoning(event, [standsAlone(event) ? contentText(item.summary) : '', contentText(item.content)]);
    case 'tool_call':
      return toolCall(event, item, memory);
    case 'tool_result':
      return toolResult(event, item, memory, losses);
    case 'file_change':
      return showFileChange(event, item, memory);
    case 'approval':
      return approval(event, item, memory);
    case 'web_search':
      return webSearch(event, item);
    case 'image':
      return pictureMade(event, item, losses);
    default:
      return isQuietItem(textOf(item.type) ?? '') ? null : plainNotice(event, item);
  }
}

/** The model's copy of what user and agent said is shown only where no event says the same. */
function message(event: Event, item: Fields, losses: LossCounter): string[] | null {
  const text = contentText(item.content);
  const isSpoken = item.role === 'assistant' || (item.role === 'user' && !isContext(text));
  if (!isSpoken) return contextMessage(event, textOf(item.role), text);
  if (!event.synthetic || text === '') return null;
  return item.role === 'user' ? userMessage(event, { text }, losses) : agentMessage(event, text);
}

/** Bare sessions have no times, and no events that say the same. */
function standsAlone(event: Event): boolean {
  return event.timestamp === null || event.synthetic === true;
}
