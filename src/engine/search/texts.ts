import { isSyntheticUserText } from '../../format/events/synthetic-text.ts';
import { isObject } from '../../format/record.ts';
import type { EventBody, Item, ToolCall } from '../../model/event.ts';
import { plain } from '../../model/verbatim.ts';
import { userItemText } from '../turn-signal.ts';

/**
 * The texts of a record that are searched: what the user and the agent said, and the tools' names, commands and arguments.
 *
 * @param all everything else as well: outputs of tools, reasoning, context, book-keeping
 * @param isBare whether messages are recorded as items only, as in the bare dialect
 */
export function textsOf(body: EventBody, all: boolean, isBare: boolean): FieldText[] {
  switch (body.type) {
    case 'EventMsg':
      if (body.msg.type === 'UserMessage') return [{ field: 'user', text: String(body.msg.text) }];
      if (body.msg.type === 'AgentMessage') return [{ field: 'agent', text: String(body.msg.text) }];
      return all ? [{ field: reasoning.has(body.msg.type) ? 'reasoning' : 'other', text: leaves(body.msg) }] : [];
    case 'ResponseItem':
      return textsOfItem(body.item, all, isBare);
    case 'SessionMeta':
      return all ? [{ field: 'other', text: leaves(plain(body.meta)) }] : [];
    case 'TurnContext':
      return all ? [{ field: 'other', text: leaves(plain(body.context)) }] : [];
    case 'Compacted':
      return all ? [{ field: 'other', text: leaves(plain(body.compacted)) }] : [];
    default:
      return all ? [{ field: 'other', text: body.raw_text ?? leaves(plain(body.raw)) }] : [];
  }
}

export interface FieldText {
  field: HitField;
  text: string;
}

export const hitFields = ['user', 'agent', 'tool', 'output', 'reasoning', 'cwd', 'other'] as const;
export type HitField = (typeof hitFields)[number];

function textsOfItem(item: Item, all: boolean, isBare: boolean): FieldText[] {
  if (item.type === 'tool_call') return [{ field: 'tool', text: callText(item as ToolCall) }];
  if (item.type === 'message' && isBare) {
    const text = userItemText(item);
    if (item.role === 'assistant') return [{ field: 'agent', text }];
    if (item.role === 'user' && !isSyntheticUserText(text)) return [{ field: 'user', text }];
  }
  if (!all) return [];
  if (item.type === 'tool_result') return [{ field: 'output', text: String(item.output) }];
  if (item.type === 'reasoning') return [{ field: 'reasoning', text: leaves({ ...item, encrypted_content: null }) }];
  return [{ field: 'other', text: leaves(item) }];
}

const reasoning = new Set(['Reasoning', 'AgentReasoning', 'AgentReasoningRawContent']);

/** The name, and on the next line the command without the shell around it, else the arguments. */
function callText({ name, command, arguments: given, arguments_text: free }: ToolCall): string {
  const isWrapped = command?.length === 3 && /^-l?c$/.test(command[1] ?? '');
  const said = command ? (isWrapped ? (command[2] ?? '') : command.join(' ')) : (free ?? leaves(plain(given)));
  return `${name}\n${said}`;
}

/** Every string in a value, one a line. Arguments that a model wrote may nest deeper than calls may. */
function leaves(value: unknown): string {
  const found: string[] = [];
  const left = [value];
  while (left.length > 0) {
    const next = plain(left.pop());
    if (typeof next === 'string') found.push(next);
    else if (Array.isArray(next)) for (let index = next.length; index-- > 0; ) left.push(next[index]);
    else if (isObject(next)) for (const member of Object.values(next).reverse()) left.push(member);
  }
  return found.join('\n');
}
