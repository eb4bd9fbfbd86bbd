import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/model/event.ts';
import { eventLine } from '../../src/model/event-line.ts';
import { Verbatim, withText } from '../../src/model/verbatim.ts';

const event: Event = {
  thread_id: 't',
  seq: 3,
  timestamp: null,
  turn: 1,
  type: 'SessionMeta',
  meta: new Verbatim('{"n":1.0}'),
};

describe('the line of an event', () => {
  it('is one object, with recorded parts as they were', () => {
    expect(eventLine(event, false)).toBe(
      '{"thread_id":"t","seq":3,"timestamp":null,"turn":1,"type":"SessionMeta","meta":{"n":1.0}}',
    );
  });

  it('names the schema when it is the first', () => {
    expect(eventLine(event, true)).toBe(
      '{"schema":"sessions.event/1","thread_id":"t","seq":3,"timestamp":null,"turn":1,"type":"SessionMeta","meta":{"n":1.0}}',
    );
  });

  it('names it once, wherever the event that was read back has it', () => {
    const text = '{"seq":3,"schema":"sessions.event/1"}';
    expect(eventLine(withText(JSON.parse(text), text), true)).toBe(text);
  });
});
