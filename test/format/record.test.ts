import { describe, expect, it } from 'vitest';
import { type DecodedObject, decodeLine } from '../../src/format/decode-line.ts';
import { defaultLimits } from '../../src/format/limits.ts';
import { type Record, toRecord } from '../../src/format/record.ts';
import { lineOf } from './lines-of.ts';

describe('a line of the bare dialect', () => {
  it.each([
    ['session_meta', '{"id":"x","timestamp":"2025-08-10T00:00:00.000Z","instructions":null,"git":{}}'],
    ['state', '{"record_type":"state"}'],
    ['response_item', '{"type":"message","id":null,"role":"user","content":[]}'],
    ['response_item', '{"type":"reasoning","summary":[]}'],
    ['response_item', '{"type":"function_call","name":"shell","arguments":"{}","call_id":"c"}'],
    ['response_item', '{"type":"function_call_output","call_id":"c","output":""}'],
    ['response_item', '{"type":"local_shell_call","action":{}}'],
    ['response_item', '{"type":"custom_tool_call","name":"apply_patch","input":"","call_id":"c"}'],
    ['surprise', '{"type":"surprise"}'],
  ])('is %s: %s', (type, text) => {
    const record = recordOf(text);
    expect(record).toMatchObject({ dialect: 'bare', type, ordinal: null });
    expect(record?.payloadText().text).toBe(text);
  });

  it('has a time only where it is the meta', () => {
    expect(recordOf('{"id":"x","timestamp":"T"}')?.timestamp).toBe('T');
    expect(recordOf('{"type":"message","timestamp":"T"}')?.timestamp).toBeNull();
  });
});

describe('a line with an envelope', () => {
  it('has a type, a payload and a time', () => {
    const record = recordOf('{"timestamp":"T","type":"event_msg","payload":{"n":1.0}}');
    expect(record).toMatchObject({
      dialect: 'envelope',
      type: 'event_msg',
      payload: { n: 1 },
      timestamp: 'T',
      ordinal: null,
    });
    expect(record?.payloadText().text).toBe('{"n":1.0}');
  });

  it('is paginated when it has an ordinal', () => {
    const text = '{"timestamp":"T","ordinal":7,"type":"x","payload":{},"metadata":{"history_sequence":1}}';
    const record = recordOf(text);
    expect(record).toMatchObject({ dialect: 'paginated', ordinal: 7 });
    expect(record?.text().text).toBe(text);
  });

  it('has no time where it is not text, and no ordinal where it is no number', () => {
    expect(recordOf('{"timestamp":5,"ordinal":"7","type":"x","payload":{}}')).toMatchObject({
      dialect: 'envelope',
      timestamp: null,
      ordinal: null,
    });
  });

  it.each(['[]', 'null', '"x"', '7'])('is none when its payload is %s', (payload) => {
    expect(recordOf(`{"type":"x","payload":${payload}}`)).toBeNull();
  });
});

describe('a line of our own stream', () => {
  it.each([
    ['{"thread_id":"t","seq":0,"timestamp":null,"turn":0,"type":"SessionMeta","meta":{"id":"t"}}'],
    ['{"thread_id":null,"seq":0,"timestamp":null,"turn":0,"type":"EventMsg","msg":{"type":"UserMessage"}}'],
    ['{"thread_id":"t","seq":0,"timestamp":null,"turn":0,"type":"Unknown","raw_text":"garbage"}'],
  ])('is kept whole: %s', (text) => {
    const record = recordOf(text);
    expect(record?.dialect).toBe('event');
    expect(record?.text().text).toBe(text);
  });

  it.each([
    ['no thread', '{"turn":0,"type":"EventMsg","msg":{"type":"x"}}'],
    ['no turn', '{"thread_id":"t","type":"EventMsg","msg":{"type":"x"}}'],
    ['no body', '{"thread_id":"t","turn":0,"type":"SessionMeta"}'],
    ['a body without a type', '{"thread_id":"t","turn":0,"type":"EventMsg","msg":{}}'],
    ['a body that is text', '{"thread_id":"t","turn":0,"type":"Compacted","compacted":"x"}'],
    ['another type', '{"thread_id":"t","turn":0,"type":"toString"}'],
  ])('is not one with %s', (_what, text) => {
    expect(recordOf(text)?.dialect).toBe('bare');
  });
});

describe('an object of no dialect', () => {
  it.each(['{}', '{"a":1}', '{"type":7}', '{"id":"x"}', '{"schema":"sessions.thread/1","thread_id":"t"}'])(
    '%s',
    (text) => {
      expect(recordOf(text)).toBeNull();
    },
  );
});

function recordOf(text: string): Record | null {
  return toRecord(decodeLine(lineOf(text), defaultLimits) as DecodedObject);
}
