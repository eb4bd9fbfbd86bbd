import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildScript } from '../../support/built.ts';
import {
  type Act,
  beginStream,
  bytes,
  chatChunk,
  responsesEvents as sent,
  sse,
  startModelServer,
} from '../../support/model-server.ts';
import { askServer } from './asking.ts';

const limits = { eventBytes: 10_000, answerBytes: 50_000, events: 100 };
const whole = sse(sent.message('Hi')) + sse(sent.completed());

describe('an answer past a limit', () => {
  it.each<[string, Act, string]>([
    ['one event', bytes(sse(sent.delta('x'.repeat(10_000)))), 'an event of more than 10000 bytes'],
    ['one event of wide characters', bytes(sse(sent.delta('日'.repeat(4000)))), 'an event of more than 10000 bytes'],
    ['one line without end', bytes(`data: ${'x'.repeat(20_000)}`), 'an event of more than 10000 bytes'],
    [
      'many lines of one event',
      bytes('data: 12345678901234567890\n'.repeat(1500)),
      'an event of more than 10000 bytes',
    ],
    ['all of it', bytes(sse(sent.delta('x'.repeat(5000))).repeat(20)), 'an answer of more than 50000 bytes'],
    ['comments', bytes(': nothing\n'.repeat(6000)), 'an answer of more than 50000 bytes'],
    ['events', bytes(sse({ type: 'x' }).repeat(101)), 'an answer of more than 100 events'],
  ])('by %s fails, once', async (_, act, message) => {
    const { final } = await askServer('responses', act, { limits });
    expect(final).toMatchObject({ kind: 'limit', isRetryable: false, message: `test: ${message}` });
  });

  it('that has many small pieces of one text fails as well', async () => {
    const chunk = sse(chatChunk({ content: 'x'.repeat(1000) }));
    const act = bytes(chunk.repeat(12) + sse(chatChunk({}, 'stop')));
    const { final, items } = await askServer('chat', act, { limits });
    expect(final).toMatchObject({ kind: 'limit', message: 'test: an answer of more than 10000 bytes' });
    expect(items).toEqual([]);
  });

  it('is not one that just keeps it', async () => {
    const { final } = await askServer('responses', bytes(sse(sent.delta('x'.repeat(9900))) + whole), { limits });
    expect(final.type).toBe('completed');
  });
});

describe('a delta of 10 MB', () => {
  it.each(['responses', 'chat'] as const)('passes through %s', async (api) => {
    const text = 'ä'.repeat(5_000_000);
    const parts = {
      responses: [sse(sent.delta(text)), whole],
      chat: [sse(chatChunk({ content: text })), sse(chatChunk({}, 'stop'))],
    };
    const answer = await askServer(api, bytes(...parts[api]));
    expect(answer.final.type).toBe('completed');
    expect(answer.text === text).toBe(true);
  });
});

describe('memory', () => {
  let script: string;
  beforeAll(async () => {
    script = await buildScript('model-asker');
  });

  it.each<[string, 'responses' | 'chat', string]>([
    ['deltas', 'responses', sse(sent.delta('x'.repeat(2000)))],
    ['deltas', 'chat', sse(chatChunk({ content: 'y'.repeat(2000) }))],
    ['nothing but one line', 'responses', 'x'.repeat(65_536)],
    ['nothing but comments', 'responses', `: ${'x'.repeat(100)}\n`.repeat(100)],
    ['items', 'responses', sse(sent.message('z'.repeat(100_000)))],
  ])('stays bounded while %s come without end (%s)', async (_, api, text) => {
    let given = 0;
    const server = await startModelServer(({ response }) => {
      beginStream(response);
      const more = () => {
        while (given < 500_000_000 && !response.destroyed) {
          given += text.length;
          if (!response.write(text)) return;
        }
        response.end();
      };
      response.on('drain', more);
      more();
    });
    const { stdout } = await promisify(execFile)(process.execPath, [script, server.url, api]);
    await server.close();
    const { kind, peakMb } = JSON.parse(stdout);
    expect(kind).toBe('limit');
    expect(peakMb).toBeLessThan(150);
    expect(given).toBeLessThan(150_000_000);
  });

  it('does not fill while nobody reads', async () => {
    let given = 0;
    const text = sse(sent.delta('x'.repeat(2000)));
    const server = await startModelServer(({ response }) => {
      beginStream(response);
      const more = () => {
        do given += text.length;
        while (!response.destroyed && response.write(text));
      };
      response.on('drain', more);
      more();
    });
    const { stdout } = await promisify(execFile)(process.execPath, [script, server.url, 'responses', '1500']);
    await server.close();
    expect(JSON.parse(stdout)).toEqual({ kind: 'stopped', peakMb: expect.any(Number) });
    // What the sockets of both sides hold, and no more.
    expect(given).toBeLessThan(30_000_000);
  });
});
