import { describe, expect, it } from 'vitest';
import { decodeLine } from '../../src/format/decode-line.ts';
import { defaultLimits } from '../../src/format/limits.ts';
import { lineHasType, lineType } from '../../src/format/line-type.ts';
import { toRecord } from '../../src/format/record.ts';
import { lineOf } from './lines-of.ts';

const time = '"timestamp":"2026-01-02T03:04:05.678Z"';
const payload = '"payload":{"type":"inner","type":"event_msg"}';

/** Lines, and the type of their record. */
const cases: [line: string, type: string][] = [
  [`{${time},"type":"response_item",${payload}}`, 'response_item'],
  [`{${time},"ordinal":0,"type":"event_msg",${payload}}`, 'event_msg'],
  [`{${time},"ordinal":123456,"type":"world_state",${payload},"metadata":{"type":"x"}}`, 'world_state'],
  [`{"timestamp":"2026-01-02T03:04:05Z","type":"compacted",${payload},"pad":"${'x'.repeat(40)}"}`, 'compacted'],
  [`{"timestamp":"2026-01-02T03:04:05.123456789Z","type":"compacted",${payload}}`, 'compacted'],
  [`{${payload},"type":"turn_context",${time}}`, 'turn_context'],
  [`{ ${time}, "type" : "turn_context", ${payload} }`, 'turn_context'],
  [`{${time},"t\\u0079pe":"session_meta",${payload}}`, 'session_meta'],
  [`{${time},"options":{"a":1,"type":"fake"},"type":"real",${payload}}`, 'real'],
  [`{${time},"ordinal":{"a":1,"type":"fake"},"type":"real",${payload}}`, 'real'],
  [`{"timestamp":"a\\"","type":"real","payload":{},"pad":"${'x'.repeat(60)}"}`, 'real'],
  ['{"type":"message","role":"user","content":[]}', 'response_item'],
  ['{"type":"custom_tool_call","call_id":"c","name":"apply_patch","input":"x"}', 'response_item'],
  ['{"id":"x","timestamp":"2025-08-10T00:00:00.000Z","instructions":null}', 'session_meta'],
  ['{"record_type":"state"}', 'state'],
  ['{"type":"message","payload":{"a":1}}', 'message'],
  ['{"thread_id":"t","seq":0,"timestamp":null,"turn":0,"type":"EventMsg","msg":{"type":"x"}}', 'EventMsg'],
];

describe('the type of a line', () => {
  it.each(cases)('of %s is %s', (text, type) => {
    const bytes = Buffer.from(text);
    expect(lineType(bytes, 0, bytes.length)).toBe(type);
    expect(lineHasType(bytes, 0, bytes.length, [Buffer.from(type)])).toBe(true);
    expect(lineHasType(bytes, 0, bytes.length, [Buffer.from('other'), Buffer.from(type)])).toBe(true);
    for (const wrong of ['inner', 'fake', type.slice(1), `${type}s`, type.slice(0, -1)]) {
      expect(lineHasType(bytes, 0, bytes.length, [Buffer.from(wrong)])).toBe(false);
    }
  });

  it.each(cases)('of %s is that of its record', (text, type) => {
    const decoded = decodeLine(lineOf(text), defaultLimits);
    expect(decoded.ok && toRecord(decoded)?.type).toBe(type);
  });

  it.each(cases)('of %s shows in the first bytes or not at all', (text, type) => {
    const bytes = Buffer.from(text);
    for (let end = 0; end < bytes.length; end++) {
      const seen = lineType(bytes, 0, end);
      // What bare lines are shows only at their end.
      if (seen !== null && seen !== 'response_item') expect([end, seen]).toEqual([end, type]);
    }
  });

  it.each(['', '{}', '[1]', 'garbage', '{"type":7}', '"type"', `{${time},"type":"cut o`])(
    'does not show in %j',
    (text) => {
      const bytes = Buffer.from(text);
      expect(lineType(bytes, 0, bytes.length)).toBeNull();
    },
  );

  it('is looked for between the bounds of the line only', () => {
    const block = Buffer.from(`{"a":1}\n{${time},"type":"response_item",${payload}}\n{"type":"message"}`);
    expect(lineType(block, 0, 7)).toBeNull();
    expect(lineType(block, 8, block.lastIndexOf('\n'))).toBe('response_item');
  });
});
