import type { ModelItem } from '../../model/history.ts';
import { type ChatPart, imagesOf, partsOf, textOfParts } from './chat-parts.ts';

/** A message of chat completions. */
export interface ChatMessage {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content: string | ChatPart[] | null;
  tool_calls?: ChatCall[];
  tool_call_id?: string;
}

export interface ChatCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

/**
 * The history as messages. Servers check more than the format says, so: what developers say before the first user is one
 * system message with the instructions; calls that follow each other are one message; each is answered at once, by its
 * output wherever that stands, or by `aborted`; an output without its call is left out; images of outputs come after them
 * as a message of the user. Reasoning, snapshots and what only the Responses API knows are left out.
 */
export function messagesOf(instructions: string, items: readonly ModelItem[]): ChatMessage[] {
  const outputs = outputsByCall(items);
  const messages: ChatMessage[] = [];
  let open: ChatMessage | null = null;

  const answerCalls = () => {
    const images: ChatPart[] = [];
    for (const { id } of open?.tool_calls ?? []) {
      const output = outputs.get(id)?.shift();
      messages.push({ role: 'tool', tool_call_id: id, content: output ? outputText(output) : 'aborted' });
      images.push(...imagesOf(output?.output));
    }
    if (images.length > 0) messages.push({ role: 'user', content: images });
    open = null;
  };

  for (const item of items) {
    const call = callOf(item);
    if (call) {
      open ??= assistantOf(messages) ?? append(messages, { role: 'assistant', content: null });
      open.tool_calls = [...(open.tool_calls ?? []), call];
    } else if (item.type === 'message' || isOutput(item)) {
      answerCalls();
      if (item.type === 'message') addMessage(messages, item);
    }
  }
  answerCalls();
  return withInstructions(instructions, messages);
}

function isOutput({ type }: ModelItem): boolean {
  return type === 'function_call_output' || type === 'custom_tool_call_output';
}

function outputsByCall(items: readonly ModelItem[]): Map<string, ModelItem[]> {
  const outputs = new Map<string, ModelItem[]>();
  for (const item of items.filter(isOutput)) {
    const id = textOf(item.call_id);
    outputs.set(id, [...(outputs.get(id) ?? []), item]);
  }
  return outputs;
}

function outputText({ output }: ModelItem): string {
  if (typeof output === 'string') return output;
  return Array.isArray(output) ? textOfParts(output) : JSON.stringify(output ?? null);
}

/** A call of any kind as a function call; null for what is none. */
function callOf(item: ModelItem): ChatCall | null {
  const made = (name: unknown, text: string): ChatCall => ({
    id: textOf(item.call_id ?? item.id),
    type: 'function',
    function: { name: textOf(name), arguments: text },
  });
  if (item.type === 'function_call') return made(item.name, objectText(item.arguments));
  if (item.type === 'custom_tool_call') return made(item.name, JSON.stringify({ input: item.input }));
  if (item.type === 'local_shell_call') return made('local_shell', JSON.stringify(item.action ?? {}));
  return null;
}

/** The text that it should be; an old rollout may have anything there. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** Arguments as they were, when they are an object: the templates of some servers fail on anything else, for ever. */
function objectText(text: unknown): string {
  try {
    const value = JSON.parse(textOf(text));
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return textOf(text);
  } catch {
    // Not JSON: told below.
  }
  return JSON.stringify({ invalid_arguments: text });
}

/** The last message, when it is the assistant's and calls nothing yet: calls of the same answer belong to it. */
function assistantOf(messages: ChatMessage[]): ChatMessage | null {
  const last = messages.at(-1);
  return last?.role === 'assistant' && !last.tool_calls ? last : null;
}

function append(messages: ChatMessage[], message: ChatMessage): ChatMessage {
  messages.push(message);
  return message;
}

function addMessage(messages: ChatMessage[], item: ModelItem): void {
  const parts = partsOf(item.content);
  if (parts.length === 0) return;
  if (item.role === 'user') {
    const hasImages = parts.some(({ type }) => type === 'image_url');
    messages.push({ role: 'user', content: hasImages ? parts : textOfParts(item.content) });
    return;
  }
  const role = item.role === 'assistant' ? 'assistant' : 'system';
  messages.push({ role, content: textOfParts(item.content) });
}

/** Many templates allow a system message in the first place only. */
function withInstructions(instructions: string, messages: ChatMessage[]): ChatMessage[] {
  const first = messages.findIndex(({ role }) => role !== 'system');
  const leading = messages.slice(0, first < 0 ? messages.length : first).map(({ content }) => content);
  const text = [instructions, ...leading].filter((each) => each !== '').join('\n\n');
  const rest = messages.slice(leading.length);
  return text === '' ? rest : [{ role: 'system', content: text }, ...rest];
}
