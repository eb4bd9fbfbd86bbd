import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/commands/frame/run-command-line.ts';
import { commands } from '../../src/commands/registry.ts';
import { envelope, idOf, jsonl, makeHome, record, turn } from '../builders.ts';
import { publishedSchemas } from '../schemas/published.ts';
import type { Json } from '../support/json.ts';
import { MemoryIo, type MemoryIoOptions } from '../support/memory-io.ts';

const ajv = new Ajv2020({ schemas: publishedSchemas(), strict: false, validateFormats: false });
const validate = ajv.compile({ $ref: 'urn:agent-sessions:schema:otlp-traces:1' });
const home = makeHome();
const file = home.write('one.jsonl', jsonl(envelope(record.meta(idOf(1)), ...turn('hello'))));

/** What the collector was sent, and what it answers, one after the other; then 200. */
let received: { url: string; headers: IncomingMessage['headers']; body: string }[];
let answers: ((response: ServerResponse) => void)[];
let server: Server;
let endpoint: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    received.push({ url: request.url ?? '', headers: request.headers, body });
    const answer = answers.shift();
    if (answer) answer(response);
    else response.writeHead(200, { 'content-type': 'application/json' }).end('{"partialSuccess":{}}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  received = [];
  answers = [];
});

describe('a collector', () => {
  it('is sent what would be written, with the keys of the environment', async () => {
    const env = { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc, x-team = one' };
    const sent = await exported(['--endpoint', endpoint, file], { env });
    expect([sent.code, sent.out.length]).toEqual([0, 0]);
    const written = await exported([file]);
    expect(received.map(({ body }) => body).join('')).toBe(written.out.toString());
    expect(received).toHaveLength(1);
    for (const { url, headers, body } of received) {
      expect(url).toBe('/v1/traces');
      expect(headers).toMatchObject({
        'content-type': 'application/json',
        authorization: 'Bearer abc',
        'x-team': 'one',
      });
      expect(validate(JSON.parse(body))).toBe(true);
    }
  });

  it('may be named by the address of its traces, and sent less', async () => {
    const env = { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' };
    expect((await exported(['--endpoint', `${endpoint}/some/v1/traces/`, file], { env })).code).toBe(0);
    expect(received.map(({ url, headers }) => [url, headers['content-encoding']])).toEqual([
      ['/some/v1/traces', 'gzip'],
    ]);
    expect(validate(JSON.parse(received[0]?.body ?? ''))).toBe(true);
  });

  it('is asked again when it is busy, not before it wants to be', async () => {
    answers = [
      (response) => response.writeHead(429, { 'retry-after': '7' }).end(),
      (response) => response.writeHead(503, { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }).end(),
      (response) => response.writeHead(502).end(),
      (response) => response.destroy(),
    ];
    const { code, slept, err } = await exported(['--endpoint', endpoint, file]);
    expect([code, received.length]).toEqual([0, 5]);
    const told = err.split('\n').filter((line) => line.includes('trying again'));
    expect(told).toHaveLength(4);
    expect(told[0]).toBe('sessions: the endpoint does not take spans: 429 Too Many Requests; trying again in 7 s');
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
    expect(slept).toEqual([7000, 60_000, 4000, 8000]);
  });

  it('that is busy is told of in one line on a terminal, and not with --quiet', async () => {
    const busy = (response: ServerResponse) => response.writeHead(503).end('{"message":"full\\u001b[2J"}');
    answers = [busy];
    const shown = await exported(['--endpoint', endpoint, file], { tty: true, columns: 200 });
    const line = '\r\x1b[Kthe endpoint does not take spans: 503 Service Unavailable: full^[[2J; trying again in 1 s';
    expect([shown.code, shown.err]).toEqual([0, expect.stringContaining(line)]);
    answers = [busy];
    const quiet = await exported(['-q', '--endpoint', endpoint, file]);
    expect([quiet.code, quiet.err]).toEqual([0, '']);
  });

  it('may refuse spans, which is never taken for done', async () => {
    const partial = { partialSuccess: { rejectedSpans: '2', errorMessage: 'too old\u001b[31m' } };
    answers = [(response) => response.writeHead(200).end(JSON.stringify(partial))];
    const losses = `${home.path}/losses`;
    const { code, err } = await exported(['--endpoint', endpoint, '--losses', losses, file]);
    expect(code).toBe(3);
    expect(err).toContain('the endpoint says: too old');
    expect(err).not.toContain('\u001b');
    expect(err).toContain('2 spans that the endpoint rejects');
    expect(err).toContain('one.jsonl: the endpoint rejected 2 spans of this session');
    // As many as it may say: not more than it was sent.
    answers = [(response) => response.writeHead(200).end('{"partialSuccess":{"rejectedSpans":"999999"}}')];
    const again = await exported(['-q', '--endpoint', endpoint, file]);
    const [sent] = received.slice(-1).map(({ body }) => JSON.parse(body).resourceSpans[0].scopeSpans[0].spans.length);
    expect([again.code, again.err]).toEqual([3, expect.stringContaining(`rejected ${sent} spans`)]);
  });

  it.each<[string, (response: ServerResponse) => void, number, string]>([
    ['says no', (response) => response.writeHead(401).end('{"message":"bad key"}'), 1, '401 Unauthorized: bad key'],
    ['sends us elsewhere', (response) => response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(), 1, '307'],
    ['is always busy', (response) => response.writeHead(503).end(), 6, '503 Service Unavailable (6 attempts)'],
    ['talks nonsense', (response) => response.writeHead(400).end('\u0000<html>'), 1, '400 Bad Request'],
    [
      'is a page to log in on',
      (response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>'),
      1,
      'web page, as no collector does: 200 OK',
    ],
  ])('that %s ends the export', async (_, answer, attempts, message) => {
    answers = Array.from({ length: 6 }, () => answer);
    const env = { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=s3cret' };
    const { code, err } = await exported(['--endpoint', endpoint, file], { env });
    expect([code, received.length]).toEqual([2, attempts]);
    expect(err).toContain(message);
    expect(err).not.toContain('s3cret');
  });

  it('that does not answer, or is not there, ends it as well', async () => {
    answers = Array.from({ length: 6 }, () => () => {});
    const env = { OTEL_EXPORTER_OTLP_TIMEOUT: '50' };
    const silent = await exported(['--endpoint', endpoint, file], { env });
    expect([silent.code, received.length]).toEqual([2, 6]);
    expect(silent.err).toContain('no answer within 0.05 s');
    const absent = await exported(['--endpoint', 'http://127.0.0.1:1', file]);
    expect([absent.code, absent.err]).toEqual([2, expect.stringContaining('does not take spans')]);
  });

  it('that does not answer is left when the user asks to stop', async () => {
    answers = [() => {}];
    const io = new MemoryIo();
    const running = runCommandLine(['export', '--format', 'otlp', '--endpoint', endpoint, file], commands, io);
    while (received.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const { Stopped } = await import('../../src/base/abort.ts');
    io.stop.abort(new Stopped('SIGINT'));
    expect(await running).toBe(130);
  });
});

it.each<[string[], Record<string, string>, string]>([
  [['--endpoint', 'localhost:4318'], {}, 'is not an http address'],
  [['--endpoint', 'ftp://x'], {}, 'is not an http address'],
  [['--endpoint', 'http://me:s3cret@x'], {}, 'holds a password'],
  [['--endpoint', 'http://x', '-o', 'y'], {}, 'two places'],
  [['--endpoint', 'http://x'], { OTEL_EXPORTER_OTLP_HEADERS: 's3cret' }, 'is not a list of key=value'],
  [['--endpoint', 'http://x'], { OTEL_EXPORTER_OTLP_HEADERS: 'a=s3cret%0d%0ab' }, 'is not a list of key=value'],
  [['--endpoint', 'http://x'], { OTEL_EXPORTER_OTLP_TIMEOUT: 'long' }, 'is not a number of milliseconds'],
  [['--endpoint', 'http://x'], { OTEL_EXPORTER_OTLP_COMPRESSION: 'lzw' }, 'has to be gzip or none'],
  [['--format', 'csv', '--content'], {}, '--content goes with otlp'],
])('%j with %j is wrong usage', async (argv, env, message) => {
  const { code, err } = await exported([...argv, file], { env });
  expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  expect(err).not.toContain('s3cret');
});

it('leaves secrets out of spans with --redact', async () => {
  const secret = `ghp_${'aB3dE5gH7jK9mN1pQ3sT5vX7zA2cE4gI6kM8'}`;
  const call = record.call('c', 'shell', { command: ['echo', secret] });
  const path = home.write('secret.jsonl', jsonl(envelope(record.meta(idOf(9)), ...turn(secret), call)));
  const plain = await exported(['--content', path]);
  const clean = await exported(['--content', '--redact', path]);
  expect([plain.out.includes(secret), clean.out.includes(secret), clean.code]).toEqual([true, false, 0]);
});

async function exported(argv: string[], options: MemoryIoOptions = {}) {
  const io = new MemoryIo(options);
  const slept: number[] = [];
  io.now = Date.now();
  const sleep = io.clock.sleep;
  io.clock.sleep = (ms) => {
    slept.push(ms);
    return sleep(ms);
  };
  const format = argv.includes('--format') ? [] : ['--format', 'otlp'];
  const code = await runCommandLine(['export', ...format, ...argv], commands, io);
  return { code, out: Buffer.concat(io.out), err: io.errText, slept } satisfies Json;
}
