import { describe, expect, it } from 'vitest';
import { validateEvent } from '../../src/format/event-schema.ts';
import { envelope, makeFolder, TestHome } from '../builders.ts';
import { readFileAlone } from './reading.ts';

const folder = new TestHome(makeFolder());
const good = `${JSON.stringify(envelope(['world_state', {}])[0])}\n`;

describe('a line that cannot be decoded', () => {
  it.each([
    ['BAD-JSON', '{"a":', { raw_text: '{"a":', error: 'it is not JSON' }],
    ['BAD-JSON', '{"a":1}{"b":2}\r', { raw_text: '{"a":1}{"b":2}\r' }],
    ['HOLE', 'x\0\0y', { raw_text: 'x\0\0y', error: 'it has a hole of NUL bytes' }],
    ['NOT-OBJECT', ' [1, 9007199254740993] ', { raw: [1, 9007199254740992], error: 'it is JSON, but not an object' }],
    ['BAD-UTF8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), { raw_base64: 'Iv/+Ig==', error: 'it is not UTF-8' }],
    ['TOO-DEEP', `{"a":${'['.repeat(600)}${']'.repeat(600)}}`, { error: 'it nests too deep' }],
  ])('is kept whole, with the reason: %s', async (rule, line, expected) => {
    const { events, problems } = await readLines(good, line, '\n', good);
    expect(events.map(({ line }) => line)).toEqual([1, 2, 3]);
    expect(events[1]).toMatchObject({
      type: 'Unknown',
      offset: good.length,
      length: Buffer.byteLength(line),
      ...expected,
    });
    expect(problems).toMatchObject([
      { rule, weight: 'lost', line: 2, offset: good.length, file: expect.stringContaining('case.jsonl') },
    ]);
    expect(validateEvent(events[1]).ok).toBe(true);
  });

  it('is no event when it is blank', async () => {
    const { events, problems } = await readLines('\n', good, ' \t\r\n', '\r\n', good);
    expect(events.map(({ line }) => line)).toEqual([2, 5]);
    expect(problems).toEqual([]);
  });

  it('is kept whole and named where it is an object of no dialect', async () => {
    const { events, problems } = await readLines('{"a":1.0}\n', '{"type":"x","payload":[]}\n');
    expect(events).toMatchObject([
      { type: 'Unknown', raw: { a: 1 }, line: 1 },
      { type: 'Unknown', raw: { type: 'x', payload: [] }, line: 2 },
    ]);
    expect(problems).toEqual([]);
  });

  it('that is over the limit has a place and, where it shows, a type', async () => {
    const long = 'x'.repeat(33 * 1024 * 1024);
    const { events, problems } = await readLines(
      `{"timestamp":"2026-01-02T03:04:05.678Z","type":"response_item","payload":{"type":"message","x":"${long}"}}\n`,
      good,
      long,
      '\n',
    );
    expect(events.map(({ type, record_type, line }) => [type, record_type, line])).toEqual([
      ['Unknown', 'response_item', 1],
      ['Unknown', 'world_state', 2],
      ['Unknown', undefined, 3],
    ]);
    expect(events[0]).toMatchObject({ offset: 0, length: long.length + 99 });
    expect(events[0]).not.toHaveProperty('raw_text');
    expect(problems.map(({ rule, weight }) => [rule, weight])).toEqual([
      ['LINE-TOO-LONG', 'lost'],
      ['LINE-TOO-LONG', 'lost'],
    ]);
    for (const event of events) expect(validateEvent(event).ok).toBe(true);
  });
});

describe('the last line without its LF', () => {
  it('is a record when it is whole', async () => {
    const { events, problems } = await readLines(good, good.trimEnd());
    expect(events.length).toBe(2);
    expect(problems).toEqual([]);
  });

  it.each([
    ['TORN-TAIL', '{"timestamp":"2026'],
    ['TORN-TAIL', Buffer.from('{"s":"ü').subarray(0, -1)],
    ['HOLE', '{"a":"\0\0\0\0'],
  ])('is no line yet when it is torn: %s', async (rule, tail) => {
    const { events, problems } = await readLines(good, tail);
    expect(events.length).toBe(1);
    expect(problems).toMatchObject([{ rule, weight: 'tail', line: 2, offset: good.length }]);
    expect(problems[0]?.message).toContain(`the last ${Buffer.byteLength(tail)} bytes, at byte ${good.length}`);
  });
});

function readLines(...parts: (string | Buffer)[]) {
  return readFileAlone(folder.write('case.jsonl', Buffer.concat(parts.map((part) => Buffer.from(part)))));
}
