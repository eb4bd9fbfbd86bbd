import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { FinalEvent, ProviderFailure } from '../../../src/runner/providers/provider.ts';
import {
  type Act,
  beginStream,
  bytes,
  dropAfter,
  endless,
  events,
  hangAfter,
  responsesEvents as sent,
  sse,
  startModelServer,
  status,
} from '../../support/model-server.ts';
import { ask, askServer, providerAt, requestOf } from './asking.ts';

const whole = sse(sent.message('Hi')) + sse(sent.completed());

describe('a server that refuses', () => {
  it.each([
    [401, { error: { message: 'Incorrect key', code: 'invalid_api_key' } }, 'auth', false],
    [401, { error: { message: 'No key', type: 'invalid_request_error' } }, 'auth', false],
    [403, '', 'auth', false],
    [404, { error: { message: 'no such model', code: 'model_not_found' } }, 'refused', false],
    [400, { error: { message: 'too long', code: 'context_length_exceeded' } }, 'context-length', false],
    [400, { error: { message: 'bad field', type: 'invalid_request_error' } }, 'refused', false],
    [500, { error: { message: 'the request exceeds the available context size' } }, 'context-length', false],
    [400, { object: 'error', message: "This model's maximum context length is 9 tokens." }, 'context-length', false],
    [429, { error: { message: 'slow down' } }, 'rate-limit', true],
    [429, { error: { message: 'pay', code: 'insufficient_quota' } }, 'rate-limit', false],
    [500, 'oh', 'server', true],
    [502, '<html><head><title>Bad\nGateway</title></head></html>', 'server', true],
    [503, '', 'server', true],
    [408, '', 'server', true],
    [422, { detail: 'no' }, 'refused', false],
    [204, '', 'stream', true],
  ])('with %i %j is %s', async (code, body, kind, isRetryable) => {
    const { final, events: got } = await askServer('responses', status(code, body));
    expect(final).toMatchObject({ type: 'failed', kind, isRetryable, retryAfterMs: null });
    expect(got).toHaveLength(1);
    expect(messageOf(final)).toMatch(new RegExp(`^test: HTTP ${code}`));
  });

  it.each([
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after-ms': '1234', 'retry-after': '9' }, 1234],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:01:40 GMT' }, 100_000],
    [{ 'retry-after': 'Thu, 01 Jan 2015 00:00:00 GMT' }, 0],
    [{ 'retry-after': '99999999999' }, 86_400_000],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '-5' }, expect.toSatisfy((ms) => ms === null || ms >= 0)],
  ])('says how long to wait: %j', async (headers, retryAfterMs) => {
    const clock = { now: () => Date.parse('2026-01-01T00:00:00Z'), sleep: () => new Promise<void>(() => {}) };
    const { final } = await askServer('responses', status(429, '', headers as Record<string, string>), { clock });
    expect(final).toMatchObject({ kind: 'rate-limit', retryAfterMs });
  });

  it('is told apart from one that is not there', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    for (const url of [`http://127.0.0.1:${port}/v1`, 'http://no-such-host.invalid/v1']) {
      const { final } = await ask(providerAt(url, 'responses'));
      expect(final).toMatchObject({ kind: 'unreachable', isRetryable: true });
      expect(messageOf(final)).toMatch(/cannot be reached/);
    }
  });

  it('is not followed elsewhere', async () => {
    const other = await startModelServer(events(sent.completed()));
    const { final } = await askServer('responses', status(307, '', { location: `${other.url}/responses` }));
    expect(final).toMatchObject({ kind: 'refused', isRetryable: false });
    expect(other.requests).toEqual([]);
    await other.close();
  });

  it('gets no answer out of a body without end', async () => {
    const started = Date.now();
    const { final } = await askServer('responses', ({ response }) => {
      response.writeHead(500, { 'content-type': 'text/plain' });
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    expect(final).toMatchObject({ kind: 'server' });
    expect(messageOf(final).length).toBeLessThan(700);
    expect(Date.now() - started).toBeLessThan(4000);
  });

  it('cannot move the cursor of whoever reads its message', async () => {
    const body = { error: { message: 'a\u001b[2J\u202eb\nc' } };
    const { final } = await askServer('responses', status(500, body));
    expect(messageOf(final)).toBe('test: HTTP 500: a^[[2J\\u{202e}b^Jc');
  });
});

describe('an answer that is broken', () => {
  const truncated = sse(sent.delta('Hel')) + whole.slice(0, 60);

  it.each<[string, Act, Partial<ProviderFailure>]>([
    ['an empty body', bytes(''), {}],
    ['a page', ({ response }) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'), {}],
    [
      'JSON',
      ({ response }) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":1}'),
      {},
    ],
    ['garbage', bytes('\u0000\u0001 what is this?\n\n{"type":1}\n\n'), {}],
    ['events that are no JSON', bytes(sse('nonsense'), whole), {}],
    ['events that are no objects', bytes(sse('[1]'), whole), {}],
    ['a delta that is no text', events({ type: 'response.output_text.delta', delta: 5 }), {}],
    ['bytes that are no UTF-8', bytes(sse(sent.delta('a')), new Uint8Array([0x64, 0xff, 0xfe, 0x0a, 0x0a]), whole), {}],
    ['half a character at the end', bytes(sse(sent.delta('a')), new Uint8Array([0xe2, 0x82])), {}],
    ['a stream that ends early', bytes(truncated), {}],
    ['the end mark alone', bytes(sse('[DONE]')), {}],
    ['gzip that is none', brokenGzip, {}],
    ['a connection that breaks', dropAfter(truncated), {}],
    ['a connection that breaks at once', ({ socket }) => void socket.destroy(), {}],
    ['no HTTP', ({ socket }) => void socket.end('what?\r\n\r\n'), {}],
    [
      '100,000 brackets',
      bytes(sse(`{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`)),
      { kind: 'limit', isRetryable: false },
    ],
    ['3,000,000 values', bytes(sse(`{"a":[${'[],'.repeat(3e6)}0]}`)), { kind: 'limit', isRetryable: false }],
  ])('%s', async (_, act, expected) => {
    const { final, items } = await askServer('responses', act);
    expect(final).toMatchObject({ type: 'failed', kind: 'stream', isRetryable: true, ...expected });
    expect(items).toEqual([]);
  });

  it('with an error as JSON says what the error is', async () => {
    const { final } = await askServer(
      'chat',
      status(200, { error: { message: 'no such model', code: 'model_not_found' } }),
    );
    expect(final).toMatchObject({ kind: 'refused', message: expect.stringContaining('no such model') });
  });

  it('by the server says so', async () => {
    const { final } = await askServer('responses', dropAfter(truncated));
    expect(messageOf(final)).toBe('test: the connection broke: the server closed it');
  });

  it('keeps what came whole before', async () => {
    const { final, items, text } = await askServer(
      'responses',
      dropAfter(sse(sent.delta('Hi')) + sse(sent.message('Hi'))),
    );
    expect(final).toMatchObject({ kind: 'stream', isRetryable: true });
    expect(items).toEqual([sent.message('Hi').item]);
    expect(text).toBe('Hi');
  });

  it('is none where odd but legal things are in it', async () => {
    const odd = `\ufeff: hello\r\nretry: 5\r\nid: 7\r\nunknown: x\r\n\r\nevent: x\r\ndata: ${JSON.stringify(sent.message('Hi'))}\r\n\r\n`;
    const completed = `event:y\rdata:{"type":"response.completed",\rdata: "response":{"id":"r"}}\r\r`;
    for (const type of ['text/event-stream; charset=utf-8', 'Text/Event-Stream', null]) {
      const { final, items } = await askServer('responses', ({ response }) => {
        beginStream(response, type);
        response.end(`${odd}${completed}${sse({ type: 'response.never.heard.of' })}`);
      });
      expect(final).toEqual({ type: 'completed', responseId: 'r', usage: null });
      expect(items).toHaveLength(1);
    }
  });

  it('is complete without the last empty line, and when it comes compressed', async () => {
    expect((await askServer('responses', bytes(whole.trimEnd()))).final.type).toBe('completed');
    const { final, items } = await askServer('responses', ({ response }) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
      response.end(gzipSync(whole));
    });
    expect(final.type).toBe('completed');
    expect(items).toHaveLength(1);
  });

  it('ends with its final event, whatever comes after it', async () => {
    const { events: got } = await askServer('responses', async ({ response }) => {
      beginStream(response);
      response.write(whole + sse(sent.message('more')) + sse(sent.completed()));
    });
    expect(got.map(({ type }) => type)).toEqual(['item', 'completed']);
  });
});

describe('a slow server', () => {
  it.each<[string, Act]>([
    ['never answers', () => {}],
    ['never begins its stream', hangAfter('')],
    ['stops in the middle', hangAfter(sse(sent.delta('a')))],
    ['sends a byte now and then', drip('data: {"type":"response.created","padding":"')],
    ['sends nothing but comments', drip(': still here\n\n'.repeat(100))],
  ])('that %s is given up', async (_, act) => {
    const started = Date.now();
    const { final } = await askServer('responses', act, { idleMs: 200 });
    expect(final).toMatchObject({ kind: 'stream', isRetryable: true, message: 'test: nothing came for 0.2 s' });
    expect(Date.now() - started).toBeLessThan(2000);
  });

  it('is not given up while events come, nor while we are slow ourselves', async () => {
    const server = await startModelServer(async ({ response }) => {
      beginStream(response);
      for (let n = 0; n < 6; n++) {
        response.write(sse(sent.delta('a')));
        await wait(60);
      }
      response.end(whole);
    });
    const types: string[] = [];
    for await (const event of providerAt(server.url, 'responses', { idleMs: 200 }).stream(requestOf(), never)) {
      if (types.length === 0) await wait(400);
      types.push(event.type);
    }
    expect(types.at(-1)).toBe('completed');
    await server.close();
  });
});

describe('an abort', () => {
  it.each<[string, Act]>([
    ['before there is an answer', () => {}],
    ['in the middle', hangAfter(sse(sent.delta('a')))],
    ['of a stream without end', endless(sse(sent.delta('a')))],
    ['while an error comes', ({ response }) => void response.writeHead(500).write('x')],
  ])('%s ends the answer soon, and its connection', async (_, act) => {
    const server = await startModelServer(act);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 150);
    const started = Date.now();
    const { final } = await ask(providerAt(server.url, 'responses', { idleMs: 60_000 }), requestOf(), stop.signal);
    expect(final).toEqual({
      type: 'failed',
      kind: 'cancelled',
      message: 'test: cancelled',
      isRetryable: false,
      retryAfterMs: null,
    });
    expect(Date.now() - started).toBeLessThan(1000);
    await expect.poll(() => server.openRequests()).toBe(0);
    await server.close();
  });

  it('before the request sends nothing', async () => {
    const server = await startModelServer(events(sent.completed()));
    const { final } = await ask(providerAt(server.url, 'responses'), requestOf(), AbortSignal.abort());
    expect(final).toMatchObject({ kind: 'cancelled' });
    expect(server.requests).toEqual([]);
    await server.close();
  });

  it('is not needed: who stops reading ends the connection', async () => {
    const server = await startModelServer(endless(sse(sent.delta('a'))));
    for await (const _ of providerAt(server.url, 'responses').stream(requestOf(), never)) break;
    await expect.poll(() => server.openRequests()).toBe(0);
    await server.close();
  });

  it('leaves no listener on the signal, nor a connection for each request', async () => {
    const server = await startModelServer(bytes(whole));
    const counted = new AbortController();
    let listeners = 0;
    const { signal } = counted;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    };
    const provider = providerAt(server.url, 'responses');
    for (let n = 0; n < 20; n++) expect((await ask(provider, requestOf(), signal)).final.type).toBe('completed');
    expect(listeners).toBe(0);
    expect(server.connections()).toBeLessThan(3);
    await server.close();
  });
});

const never = new AbortController().signal;

function messageOf(final: FinalEvent): string {
  return (final as ProviderFailure).message;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function brokenGzip({ response }: Parameters<Act>[0]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
  response.end(whole);
}

function drip(text: string): Act {
  return async ({ response }) => {
    beginStream(response);
    for (const character of text) {
      if (response.destroyed) return;
      response.write(character);
      await wait(10);
    }
  };
}
