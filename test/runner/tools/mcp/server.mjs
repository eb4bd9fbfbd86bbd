// An MCP server for the tests, made with the official SDK: `node server.mjs [stdio|http] [HABIT]...`. As `http` it prints its
// address. A habit is something that a bad server does.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import process from 'node:process';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';

const [way, ...habits] = process.argv.slice(2);
const has = (habit) => habits.includes(habit);

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const anything = { type: 'object' };

const good = [
  {
    name: 'echo',
    description: 'Says it again.',
    inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  },
  { name: 'look', description: 'Looks.', inputSchema: anything, annotations: { readOnlyHint: true } },
  { name: 'many.parts', inputSchema: anything, annotations: { readOnlyHint: true } },
  {
    name: 'structured',
    inputSchema: anything,
    outputSchema: { type: 'object', properties: { n: { type: 'string' } } },
  },
  { name: 'fail', inputSchema: anything },
  { name: 'throw', inputSchema: anything },
  { name: 'hang', inputSchema: anything },
  { name: 'die', inputSchema: anything },
  { name: 'env', inputSchema: anything },
  { name: 'much', inputSchema: anything },
  { name: 'odd', inputSchema: anything },
  { name: 'roots', inputSchema: anything },
  { name: 'safe', inputSchema: anything, annotations: { destructiveHint: false, openWorldHint: false } },
  { name: 'far', inputSchema: anything, annotations: { destructiveHint: false } },
  { name: 'torn', inputSchema: anything, annotations: { readOnlyHint: true, destructiveHint: true } },
  { name: 'umask', inputSchema: anything },
];

const bad = [
  null,
  { description: 'no name', inputSchema: anything },
  { name: 'dull', inputSchema: 'x' },
  { name: 'dull', inputSchema: anything },
  { name: 'huge', inputSchema: { type: 'object', description: 'x'.repeat(100_000) } },
  {
    name: 'liar',
    description: 3,
    inputSchema: { type: 'array', properties: [] },
    outputSchema: { type: 'nonsense' },
    annotations: { readOnlyHint: 'yes' },
  },
  { name: '\u001b[2J', inputSchema: anything },
];

async function listTools({ params }) {
  if (has('bad-list')) return { tools: bad };
  if (has('no-list')) return { tools: 'none' };
  if (has('endless-list')) {
    const page = Number(params?.cursor ?? 0);
    return { tools: [{ name: `t${page}`, inputSchema: anything }], nextCursor: String(page + 1) };
  }
  if (has('two-pages')) {
    return params?.cursor ? { tools: good.slice(6) } : { tools: good.slice(0, 6), nextCursor: 'more' };
  }
  if (has('crowd'))
    return { tools: Array.from({ length: 1000 }, (_, n) => ({ name: `t${n}`, inputSchema: anything })) };
  return { tools: good };
}

async function callTool({ params: { name, arguments: args } }, { signal }) {
  const text = (value) => ({ type: 'text', text: value });
  switch (name) {
    case 'echo':
      return { content: [text(args.text)] };
    case 'look':
      return { content: [text('seen')] };
    case 'many.parts':
      return {
        content: [
          text('before'),
          { type: 'image', data: png, mimeType: 'image/png' },
          { type: 'resource', resource: { uri: 'file:///a', text: 'of a' } },
          { type: 'resource', resource: { uri: 'file:///b', blob: 'AAAA', mimeType: 'application/zip' } },
          { type: 'resource_link', name: 'c', uri: 'file:///c' },
          { type: 'audio', data: 'AAAA', mimeType: 'audio/wav' },
          { type: 'image', data: 'not base64 "', mimeType: 'image/png' },
          { type: 'image', data: 'AAAA', mimeType: 'image/svg+xml' },
        ],
      };
    case 'structured':
      return args.said
        ? { content: [text('{ "n": 1, "a": [2] }')], structuredContent: { a: [2], n: 1 } }
        : { content: [text('one')], structuredContent: { n: 1 } };
    case 'fail':
      return { isError: true, content: [text('it went wrong')] };
    case 'throw':
      throw new Error(`the token ${process.env.TEST_TOKEN ?? ''} is bad`);
    case 'hang':
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return { content: [] };
    case 'die':
      process.stderr.write(`oh no, ${process.env.TEST_TOKEN ?? ''}\n`);
      process.exit(3);
      break;
    case 'env':
      return { content: [text(JSON.stringify(process.env))] };
    case 'much':
      return { content: Array.from({ length: 30 }, (_, n) => text(`${n}${'x'.repeat(args.size ?? 10_000)}`)) };
    case 'odd':
      return { content: [{ type: 'hologram', beam: 1 }, 'bare', null], structuredContent: 'text' };
    case 'safe':
    case 'far':
    case 'torn':
      return { content: [text('done')] };
    case 'umask':
      return { content: [text(process.umask().toString(8))] };
    case 'roots':
      return { content: [text(JSON.stringify(await server.listRoots().catch((error) => error.message)))] };
  }
}

let server;
function makeServer() {
  server = new Server({ name: 'test', version: '1' }, { capabilities: { tools: {} } });
  // The handlers of the SDK would check what they give, and a bad server does not.
  server.fallbackRequestHandler = (request, extra) =>
    request.method === 'tools/list' ? listTools(request) : callTool(request, extra);
  return server;
}

if (has('orphan')) spawn('sleep', [habits.at(-1)], { stdio: ['ignore', 'inherit', 'inherit'] });
if (has('stubborn')) {
  process.on('SIGTERM', () => {});
  setInterval(() => {}, 1000);
}
if (has('crash')) {
  process.stderr.write(`cannot log in with ${process.env.TEST_TOKEN}\n`);
  process.exit(1);
}

if (has('silent')) setInterval(() => {}, 1000);
else if (has('flood')) {
  const line =
    `${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'x'.repeat(900) } })}\n`.repeat(
      1000,
    );
  const write = () => {
    while (process.stdout.write(line));
    process.stdout.once('drain', write);
  };
  write();
} else if (has('garbage')) {
  const write = () => {
    while (process.stdout.write('{"jsonrpc": nonsense\n\n\u0000\n'.repeat(1000)));
    process.stdout.once('drain', write);
  };
  write();
} else if (has('one-line')) {
  const write = () => {
    while (process.stdout.write('x'.repeat(100_000)));
    process.stdout.once('drain', write);
  };
  write();
} else if (way === 'stdio') {
  if (has('chatty')) process.stdout.write('Welcome!\n\n[1, 2]\n{"jsonrpc":"2.0","id":77,"result":{}}\n');
  await makeServer().connect(new StdioServerTransport());
} else {
  const sessions = new Map();
  const http = createServer(async (request, response) => {
    if (has('bearer') && request.headers.authorization !== `Bearer ${process.env.TEST_TOKEN}`) {
      return response.writeHead(401).end(`wrong: ${request.headers.authorization} ${request.headers['x-team']}`);
    }
    if (request.method === 'DELETE') process.stdout.write('bye\n');
    if (request.method === 'GET') process.stdout.write('get\n');
    const known = sessions.get(request.headers['mcp-session-id']);
    if (known) return known.handleRequest(request, response);
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      enableJsonResponse: has('json'),
      onsessioninitialized: (id) => void sessions.set(id, transport),
    });
    await makeServer().connect(transport);
    await transport.handleRequest(request, response);
  });
  http.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${http.address().port}/mcp\n`));
}
