import { ChatAnswer } from './chat-answer.ts';
import { messagesOf } from './chat-messages.ts';
import type { WireApi } from './http-provider.ts';
import type { ModelRequest, ToolSpec } from './provider.ts';

/** Chat completions, as Ollama, LM Studio, vLLM and llama.cpp serve them. Only what each of them takes is sent. */
export const chatApi: WireApi = {
  path: '/chat/completions',
  bodyOf,
  newAnswer: (request, limits) => new ChatAnswer(request, limits),
};

function bodyOf({ model, instructions, items, tools, reasoning, outputSchema }: ModelRequest): unknown {
  return {
    model,
    messages: messagesOf(instructions, items),
    stream: true,
    stream_options: { include_usage: true },
    ...(tools.length > 0 ? { tools: tools.map(asFunction), tool_choice: 'auto', parallel_tool_calls: true } : {}),
    ...(reasoning.effort ? { reasoning_effort: reasoning.effort } : {}),
    ...(outputSchema ? { response_format: formatOf(outputSchema) } : {}),
  };
}

function asFunction({ name, description, parameters }: ToolSpec) {
  return { type: 'function', function: { name, description, parameters } };
}

function formatOf(schema: unknown) {
  return { type: 'json_schema', json_schema: { name: 'output_schema', strict: true, schema } };
}
