import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { full, makeRoom } from '../../sandbox/room.ts';
import { call, contextOf } from '../context.ts';
import { http, open, startHttp, startRaw } from './servers.ts';

const context = (signal?: AbortSignal) =>
  contextOf(makeRoom(), { sandbox: full, policy: 'never', ...(signal && { signal }) });

describe('an MCP server that speaks HTTP', () => {
  it.each([['with streams'], ['json']])('(%s) has its tools offered and answers calls', async (habit) => {
    const { url, said } = await startHttp([habit]);
    const { tool, notes, close } = await open([http(url)]);
    expect(notes).toEqual([]);
    expect((await call(tool('test__echo'), context(), { text: 'hé' })).output).toBe('hé');
    expect((await call(tool('test__fail'), context(), {})).status).toBe('failed');
    await close();
    // The session is let go of, and the stream for what a server says unasked was never opened.
    await expect.poll(() => said.join('')).toContain('bye');
    expect(said.join('')).not.toContain('get');
    expect((await call(tool('test__look'), context(), {})).output).toBe('err: the MCP server test has ended');
  });

  it('gets the token and the headers that it is meant to have', async () => {
    const { url } = await startHttp(['bearer'], { TEST_TOKEN: 'tok-1234-secret' });
    const env = { MY_TOKEN: 'tok-1234-secret', TEAM: 'blue-team-secret' };
    const server = (variable: string) =>
      http(url, {
        bearerTokenEnvVar: variable,
        headers: { 'x-a': 'b' },
        envHeaders: { 'x-team': 'TEAM', 'x-none': 'NONE' },
      });
    const { tool, notes } = await open([server('MY_TOKEN')], { env });
    expect(notes).toEqual([
      'MCP server "test" is asked without the header x-none: the environment variable NONE is not set',
    ]);
    expect((await call(tool('test__throw'), context(), {})).output).toContain('the token [secret] is bad');
    const refused = await open([server('OTHER')], { env: { ...env, OTHER: 'wrong-1234-secret' } });
    expect(refused.tools).toEqual([]);
    expect(refused.notes[1]).toMatch(/is not available: .*wrong: \[secret\] \[secret\]$/);
    expect(refused.notes.join()).not.toMatch(/1234|blue/);
  });

  it('is left alone when its configuration cannot be used', async () => {
    const reasons: [ReturnType<typeof http>, string][] = [
      [http('ftp://x/'), 'its url is no address of http or https'],
      [http('nonsense'), 'its url is no address of http or https'],
      [http('http://u:hunter22@127.0.0.1/'), 'its url has a password in it'],
      [http('http://127.0.0.1/', { bearerTokenEnvVar: 'NONE' }), 'the environment variable NONE is not set'],
      [http('http://127.0.0.1/', { headers: { 'x-a': 'hunter22\n' } }), 'its header "x-a" has characters'],
    ];
    for (const [server, why] of reasons) {
      const { tools, notes } = await open([server]);
      expect(tools).toEqual([]);
      expect(notes).toEqual([expect.stringContaining(`is not available: ${why}`)]);
      expect(notes.join()).not.toContain('hunter22');
    }
  });

  it('may not be there', async () => {
    const { notes } = await open([http('http://127.0.0.1:39/mcp?key=hunter22'), http('http://127.0.0.1:1/mcp')]);
    expect(notes.sort()).toEqual([
      'MCP server "test" is not available: fetch failed: bad port',
      expect.stringMatching(/^MCP server "test" is not available: fetch failed: .*refused/),
    ]);
    expect(notes.join()).not.toContain('hunter22');
  });

  it('may go away between two calls', async () => {
    const { url, child } = await startHttp([]);
    const { tool, close } = await open([http(url)]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await call(tool('test__look'), context(), {})).toMatchObject({
      status: 'failed',
      output: expect.stringMatching(/^err: fetch failed/),
    });
    const begin = Date.now();
    await close();
    expect(Date.now() - begin).toBeLessThan(3000);
  });

  it('may hang', async () => {
    const { url } = await startHttp([]);
    const { tool } = await open([http(url, {}, { toolTimeoutMs: 300 })]);
    expect((await call(tool('test__hang'), context(), {})).output).toContain('did not answer within 300 milliseconds');
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    expect((await call(tool('test__hang'), context(stop.signal), {})).status).toBe('aborted');
    expect((await call(tool('test__look'), context(), {})).output).toBe('seen');
  });
});

describe('a hostile server', () => {
  type Answer = (response: ServerResponse, id: number, method: string) => void;

  /** Starts well, then answers calls as it likes. */
  async function startHostile(answer: Answer) {
    const url = await startRaw(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      if (request.method !== 'POST') return response.writeHead(405).end();
      const { id, method } = JSON.parse(text);
      const json = (result: unknown) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
      };
      if (id === undefined) return response.writeHead(202).end();
      if (method === 'initialize') {
        const serverInfo = { name: 'h', version: '1' };
        return json({ protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo });
      }
      if (method === 'tools/list') return json({ tools: [{ name: 'do', inputSchema: { type: 'object' } }] });
      answer(response, id, method);
    });
    const opened = await open([http(url, {}, { toolTimeoutMs: 3000 })]);
    return () => call(opened.tool('test__do'), context(), {});
  }

  it.each<[string, Answer, RegExp]>([
    ['an error page', (response) => response.writeHead(500).end('<h1>oh</h1>'), /oh/],
    ['another type', (response) => response.writeHead(200, { 'content-type': 'image/png' }).end('x'), /content type/],
    ['no JSON', (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{'), /err: /],
    [
      'no answer',
      (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('[{"a":1}]'),
      /no answer/,
    ],
    [
      'a list',
      (response, id) =>
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ jsonrpc: '2.0', id, result: [] })),
      /no answer/,
    ],
    [
      'garbage events',
      (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: {\n\ndata: \xff\n\n'),
      /did not answer/,
    ],
    ['a cut connection', (response) => response.destroy(), /err: fetch failed/],
    ['another place', (response) => response.writeHead(307, { location: 'http://127.0.0.2:1/' }).end(), /redirect/],
    ['a circle', (response) => response.writeHead(307, { location: '/mcp' }).end(), /err: /],
  ])('that answers with %s fails the call', async (_, answer, message) => {
    const run = await startHostile(answer);
    expect(await run()).toMatchObject({ status: 'failed', output: expect.stringMatching(message) });
  });

  it('that never ends is cut off', async () => {
    let sent = 0;
    const endless = (type: string, line: string) =>
      startHostile((response) => {
        response.writeHead(200, { 'content-type': type });
        const block = line.repeat(Math.ceil(65_536 / line.length));
        const write = () => {
          while (!response.destroyed && response.write(block)) sent += block.length;
          response.once('drain', write);
        };
        write();
      });
    for (const [type, line] of [
      ['application/json', ' '],
      ['text/event-stream', ': x\n'],
      ['text/event-stream', 'data: x'],
    ] as const) {
      const run = await endless(type, line);
      expect((await run()).status).toBe('failed');
    }
    expect(sent).toBeLessThan(400 * 1024 * 1024);
  });

  it('that lets go of its streams is not asked again in a hurry', async () => {
    let asked = 0;
    const url = await startRaw(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      if (request.method === 'GET') {
        asked += 1;
        return response.writeHead(200, { 'content-type': 'text/event-stream' }).end('retry: 0\nid: 2\ndata:\n\n');
      }
      if (request.method !== 'POST') return response.writeHead(405).end();
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end('retry: 0\nid: 1\ndata:\n\n');
      return text;
    });
    const { notes } = await open([http(url, {}, { startupTimeoutMs: 2000 })]);
    expect(notes).toEqual(['MCP server "test" is not available: no answer within 2000 ms']);
    expect(asked).toBeGreaterThan(1);
    expect(asked).toBeLessThan(12);
  });
});
