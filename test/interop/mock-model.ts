import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the model does in one request; the pieces come in this order. */
export interface Answer {
  /** A summary of reasoning. */
  thinks?: string;
  /** A message to the user. */
  says?: string;
  /** A command line for whichever tool the request offers for that. */
  runs?: string;
  /** A patch, by whichever form of apply_patch the request offers. */
  patches?: string;
  /** Any other output items, as they are. */
  items?: Item[];
  /** Answer with this HTTP status and an error. */
  status?: number;
}

export interface MockModel {
  /** Base URL for a model provider of the kind `responses`. */
  url: string;
  /** Bodies of the requests so far. */
  requests: RequestBody[];
  close(): Promise<void>;
}

interface RequestBody {
  input?: unknown[];
  tools?: Tool[];
}

interface Tool {
  type: string;
  name?: string;
  tools?: Tool[];
}

interface Item {
  type: string;
  [key: string]: unknown;
}

/** A model on loopback that speaks the Responses API over SSE. Each request takes the next answer; after the last it says `done`. */
export async function startMockModel(answers: readonly Answer[]): Promise<MockModel> {
  const requests: RequestBody[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST' || !request.url?.endsWith('/responses')) return fail(response, 404);
    const body = JSON.parse(await text(request)) as RequestBody;
    requests.push(body);
    const next = answers[requests.length - 1] ?? { says: 'done' };
    if (next.status) return fail(response, next.status);
    stream(response, requests.length, outputOf(next, body.tools ?? [], requests.length));
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function fail(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { message: `the mock model answers ${status}`, type: 'mock', code: 'mock' } }));
}

function stream(response: ServerResponse, turn: number, items: Item[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (type: string, fields: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
  const id = `resp_${turn}`;
  send('response.created', { response: { id } });
  for (const [index, item] of items.entries()) send('response.output_item.done', { output_index: index, item });
  const usage = {
    input_tokens: 1000 * turn,
    input_tokens_details: { cached_tokens: 500 },
    output_tokens: 40,
    output_tokens_details: { reasoning_tokens: 8 },
    total_tokens: 1000 * turn + 40,
  };
  send('response.completed', { response: { id, usage } });
  response.end();
}

function outputOf(answer: Answer, offered: Tool[], turn: number): Item[] {
  const tools = new Map(offered.flatMap((tool) => tool.tools ?? [tool]).map((tool) => [tool.name ?? tool.type, tool]));
  const ids = (prefix: string) => `${prefix}_${turn}`;
  const items: Item[] = [];
  if (answer.thinks) {
    const summary = [{ type: 'summary_text', text: answer.thinks }];
    items.push({ type: 'reasoning', id: ids('rs'), summary, encrypted_content: 'bW9jaw==' });
  }
  if (answer.says) {
    const content = [{ type: 'output_text', text: answer.says }];
    items.push({ type: 'message', id: ids('msg'), role: 'assistant', content });
  }
  if (answer.runs) items.push(commandCall(tools, answer.runs, ids));
  if (answer.patches) items.push(patchCall(tools, answer.patches, ids));
  return [...items, ...(answer.items ?? [])];
}

type Ids = (prefix: string) => string;

function commandCall(tools: Map<string, Tool>, command: string, ids: Ids): Item {
  if (tools.has('exec_command')) return functionCall(ids, 'exec_command', { cmd: command });
  if (tools.has('shell_command')) return functionCall(ids, 'shell_command', { command });
  if (tools.get('exec')?.type === 'custom') {
    const program = `const r = await tools.exec_command({ cmd: ${JSON.stringify(command)} }); text(JSON.stringify(r));`;
    return { type: 'custom_tool_call', id: ids('ctc'), call_id: ids('call'), name: 'exec', input: program };
  }
  const action = { type: 'exec', command: ['bash', '-lc', command] };
  if (tools.has('local_shell')) {
    return { type: 'local_shell_call', id: ids('lsh'), call_id: ids('call'), status: 'completed', action };
  }
  return functionCall(ids, 'shell', { command: action.command });
}

function patchCall(tools: Map<string, Tool>, patch: string, ids: Ids): Item {
  const tool = tools.get('apply_patch');
  if (tool?.type === 'custom') {
    return { type: 'custom_tool_call', id: ids('ctp'), call_id: ids('patch'), name: 'apply_patch', input: patch };
  }
  if (tool) return functionCall(ids, 'apply_patch', { input: patch });
  if (tools.has('shell')) return functionCall(ids, 'shell', { command: ['apply_patch', patch] });
  return commandCall(tools, `apply_patch <<'END'\n${patch}\nEND`, ids);
}

function functionCall(ids: Ids, name: string, args: object): Item {
  return { type: 'function_call', id: ids('fc'), call_id: ids('call'), name, arguments: JSON.stringify(args) };
}
