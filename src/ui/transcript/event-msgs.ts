import { type Fields, listOf, textOf } from '../../model/fields.ts';
import { isMirror, isQuietMsg } from '../../model/quiet-records.ts';
import { type Block, block, type Memory, type View } from './block.ts';
import { compaction } from './compaction.ts';
import { limits, quoteUnder } from './excerpt.ts';
import { agentMessage, reasoning, userMessage } from './messages.ts';
import { notice, plainNotice } from './notices.ts';
import { leads, type Paragraph, paragraph, span } from './paragraph.ts';
import { commandExecution } from './tool-result.ts';

/** Something that happened in the session. */
export function eventMsgBlock(msg: Fields, memory: Memory, view: View): Block | null {
  const text = textOf(msg.text) ?? '';
  switch (msg.type) {
    case 'UserMessage':
      return some(userMessage(msg));
    case 'AgentMessage':
      return some(agentMessage(text));
    case 'Reasoning':
    case 'AgentReasoning':
      return some([text, ...rawReasoning(msg, view)].flatMap((each) => reasoning(each, view.showAll)));
    case 'CommandExecution':
      return commandExecution(msg, memory, view);
    case 'TokenCount':
      return null;
    case 'ContextCompacted':
      return compaction('event', null, memory, view);
    case 'Plan':
      return block([paragraph(leads.tool, span('plan', 'bold')), ...planText(text, view)]);
    default:
      return other(msg, memory, view);
  }
}

function other(msg: Fields, memory: Memory, view: View): Block | null {
  const type = textOf(msg.type) ?? '';
  const lines = notice(msg);
  if (lines) return some(lines);
  if (isMirror(type) && memory.calls.find(textOf(msg.call_id) ?? textOf(msg.id))) return null;
  return isQuietMsg(type) && !view.showAll ? null : block(plainNotice(msg, view.showAll));
}

function rawReasoning(msg: Fields, view: View): string[] {
  return view.showAll ? listOf(msg.raw_content).flatMap((part) => textOf(part) ?? []) : [];
}

function planText(text: string, view: View): Paragraph[] {
  return quoteUnder(leads.indent, text, view.showAll ? limits.none : limits.command);
}

function some(paragraphs: Paragraph[]): Block | null {
  return paragraphs.length === 0 ? null : block(paragraphs);
}
