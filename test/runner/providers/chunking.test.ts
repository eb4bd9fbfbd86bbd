import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { ChatAnswer } from '../../../src/runner/providers/chat-answer.ts';
import { eventsOf } from '../../../src/runner/providers/event-stream.ts';
import { IdleWatch } from '../../../src/runner/providers/idle-watch.ts';
import { answerLimits } from '../../../src/runner/providers/limits.ts';
import { parseData } from '../../../src/runner/providers/parse-data.ts';
import type { ProviderEvent } from '../../../src/runner/providers/provider.ts';
import { ResponsesAnswer } from '../../../src/runner/providers/responses-answer.ts';
import { chatChunk, responsesEvents as sent, sse } from '../../support/model-server.ts';
import { requestOf } from './asking.ts';

const text = 'Grüße 👩‍💻 — 日本語\u2028\u0085 "quoted" \\ end';
const streams = {
  responses: [
    sse(sent.delta(text)),
    `event: response.output_item.done\r\nid: 1\r\n${sse(sent.message(text)).replaceAll('\n', '\r\n')}`,
    ': a comment, 日本\n\n',
    `data: {"type":"response.output_text.delta",\ndata:"delta":"${'x'.repeat(300)}"}\n\n`,
    sse(sent.completed({ input_tokens: 1, output_tokens: 2 })),
  ].join(''),
  chat: [
    sse(chatChunk({ reasoning: text })),
    sse(chatChunk({ content: text })),
    sse(chatChunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"k":' } }] })),
    sse(chatChunk({ tool_calls: [{ index: 0, function: { arguments: JSON.stringify(text) } }] })),
    sse(chatChunk({ tool_calls: [{ index: 0, function: { arguments: '}' } }] }, 'tool_calls')),
    sse('[DONE]'),
  ].join(''),
};

describe.each(['responses', 'chat'] as const)('the %s stream', (api) => {
  const stream = Buffer.from(streams[api]);

  it('gives the same however it is cut into chunks', async () => {
    const expected = await read(api, [stream]);
    expect(expected.filter(({ type }) => type === 'item')).toHaveLength(api === 'chat' ? 3 : 1);
    expect(
      await read(
        api,
        [...stream].map((byte) => Uint8Array.of(byte)),
      ),
    ).toEqual(expected);
    const cuts = fc.uniqueArray(fc.integer({ min: 0, max: stream.length }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        expect(await read(api, pieces(stream, places))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('gives a part of it, and no other event, wherever it is cut off', async () => {
    const expected = await read(api, [stream]);
    for (let end = 0; end < stream.length; end += 7) {
      const got = await read(api, [stream.subarray(0, end)]).catch((error: Error) => error);
      if (!(got instanceof Error)) expect(expected.slice(0, got.length)).toEqual(got);
    }
  });
});

describe('a line in a million chunks', () => {
  it('is joined without holding each of them', async () => {
    const length = 1_000_000;
    const bytes = Buffer.from(`data: ${'x'.repeat(length)}\n\n`);
    let at = 0;
    const reader = {
      read: async () => (at < bytes.length ? { done: false, value: bytes.subarray(at, ++at) } : { done: true }),
    };
    const [data, ...more] = await collect(reader);
    expect(data).toBe('x'.repeat(length));
    expect(more).toEqual([]);
  });
});

function pieces(bytes: Buffer, places: number[]): Uint8Array[] {
  const sorted = [0, ...places.sort((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
}

async function read(api: 'responses' | 'chat', chunks: Uint8Array[]): Promise<ProviderEvent[]> {
  const answer = api === 'chat' ? new ChatAnswer(requestOf(), answerLimits) : new ResponsesAnswer();
  const left = [...chunks];
  const reader = { read: async () => (left.length > 0 ? { done: false, value: left.shift() } : { done: true }) };
  const events: ProviderEvent[] = [];
  for (const data of await collect(reader)) {
    if (data === answer.endMark) return [...events, ...answer.end(true)];
    events.push(...answer.read(parseData(data, answerLimits.eventBytes)));
  }
  return [...events, ...answer.end(false)];
}

async function collect(reader: Parameters<typeof eventsOf>[0]): Promise<string[]> {
  const idle = new IdleWatch(systemClock, 60_000, () => {});
  const found: string[] = [];
  try {
    for await (const data of eventsOf(reader, answerLimits, idle)) found.push(data);
  } finally {
    idle.close();
  }
  return found;
}
