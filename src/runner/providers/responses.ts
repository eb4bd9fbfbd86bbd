import type { ModelItem } from '../../model/history.ts';
import type { WireApi } from './http-provider.ts';
import type { ModelRequest, ToolSpec } from './provider.ts';
import { ResponsesAnswer } from './responses-answer.ts';

/**
 * The Responses API of OpenAI, asked as Codex asks it (seen in requests of 0.120 and 0.169): streamed, nothing stored on the
 * server, reasoning sent back encrypted, the thread as the key of the prompt cache.
 */
export const responsesApi: WireApi = {
  path: '/responses',
  bodyOf,
  newAnswer: () => new ResponsesAnswer(),
};

function bodyOf(request: ModelRequest): unknown {
  const { model, instructions, items, tools, reasoning, outputSchema, threadId } = request;
  return {
    model,
    instructions,
    input: items.filter(isForServer).map(asSent),
    tools: tools.map(asFunction),
    tool_choice: 'auto',
    parallel_tool_calls: true,
    ...(reasoning.effort || reasoning.summary ? { reasoning: withoutNulls(reasoning) } : {}),
    store: false,
    stream: true,
    include: ['reasoning.encrypted_content'],
    prompt_cache_key: threadId,
    ...(outputSchema ? { text: { format: formatOf(outputSchema) } } : {}),
  };
}

/**
 * Snapshots are Codex's own affair. Reasoning with neither an id nor its encrypted form comes from a server of another
 * kind, and this API takes it from nobody.
 */
function isForServer(item: ModelItem): boolean {
  if (item.type === 'ghost_snapshot') return false;
  return item.type !== 'reasoning' || item.id !== undefined || typeof item.encrypted_content === 'string';
}

/** As recorded, but for a note of Codex's own that it does not send either, and that the API would refuse. */
function asSent(item: ModelItem): ModelItem {
  if (!Object.hasOwn(item, ownNote)) return item;
  const { [ownNote]: _, ...rest } = item;
  return rest as ModelItem;
}

const ownNote = 'internal_chat_message_metadata_passthrough';

function asFunction({ name, description, parameters }: ToolSpec) {
  return { type: 'function', name, description, strict: false, parameters };
}

function formatOf(schema: unknown) {
  return { type: 'json_schema', strict: true, schema, name: 'output_schema' };
}

function withoutNulls(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}
