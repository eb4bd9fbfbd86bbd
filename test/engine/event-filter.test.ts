import { describe, expect, it } from 'vitest';
import { parseEventFilter, passes, passesAll } from '../../src/engine/event-filter.ts';
import type { Event } from '../../src/model/event.ts';
import { Verbatim } from '../../src/model/verbatim.ts';

const head = { thread_id: null, seq: 0, timestamp: null, turn: 2 };
const events: Event[] = [
  { ...head, turn: 0, type: 'SessionMeta', meta: new Verbatim('{}') },
  { ...head, turn: 1, type: 'EventMsg', msg: { type: 'TokenCount' } },
  { ...head, turn: 2, type: 'EventMsg', msg: { type: 'UserMessage' } },
  { ...head, turn: 3, type: 'ResponseItem', item: { type: 'tool_call' } },
  { ...head, turn: 3, type: 'ResponseItem', item: { type: 'message' } },
  { ...head, turn: 4, type: 'Unknown', record_type: 'world_state', raw: new Verbatim('{}') },
  { ...head, turn: 4, type: 'Unknown', raw_text: 'x' },
];

/** Which of the events above pass, by their place. */
function chosen(given: { types?: string[]; msgTypes?: string[]; itemTypes?: string[]; turns?: string }): number[] {
  const filter = parseEventFilter({ types: [], msgTypes: [], itemTypes: [], ...given });
  return events.flatMap((event, index) => (passes(filter, event) ? [index] : []));
}

describe('types', () => {
  it.each([
    [['ResponseItem'], [3, 4]],
    [['response_item'], [3, 4]],
    [
      ['response_item', 'SessionMeta'],
      [0, 3, 4],
    ],
    [['event_msg,session_meta'], [0, 1, 2]],
    [['Unknown'], [5, 6]],
    [['unknown'], [5, 6]],
    [['world_state'], [5]],
    [['token_usage_record'], []],
    [['TurnContext'], []],
    [['Compacted,compacted'], []],
  ])('%j', (types, expected) => {
    expect(chosen({ types })).toEqual(expected);
  });

  it.each(['nonsense', 'responseitem', 'tool_call', 'toString', '__proto__', 'RESPONSE_ITEM'])('%s is none', (type) => {
    expect(() => chosen({ types: [type] })).toThrow(
      expect.objectContaining({ kind: 'usage', hint: expect.stringContaining('ResponseItem') }),
    );
  });
});

describe('inner types', () => {
  it.each([
    [{ msgTypes: ['TokenCount'] }, [1]],
    [{ msgTypes: ['token_count'] }, [1]],
    [{ msgTypes: ['token_count,UserMessage'] }, [1, 2]],
    [{ itemTypes: ['tool_call'] }, [3]],
    [{ itemTypes: ['ToolCall', 'message'] }, [3, 4]],
    [{ msgTypes: ['UserMessage'], itemTypes: ['message'] }, [2, 4]],
    [{ types: ['EventMsg'], itemTypes: ['message'] }, []],
    [{ types: ['response_item'], itemTypes: ['tool_call'] }, [3]],
    [{ msgTypes: ['nothing_of_the_kind'] }, []],
  ])('%j', (given, expected) => {
    expect(chosen(given)).toEqual(expected);
  });
});

describe('turns', () => {
  it.each([
    ['2', [2]],
    ['0', [0]],
    ['1..3', [1, 2, 3, 4]],
    ['3..', [3, 4, 5, 6]],
    ['..1', [0, 1]],
    ['9', []],
    ['3..3', [3, 4]],
  ])('%s', (turns, expected) => {
    expect(chosen({ turns })).toEqual(expected);
  });

  it.each(['', '..', '3..1', 'x', '-1', '1.5', '1...2', '1-2', ' 1', '1..x', '١'])('%j is no range', (turns) => {
    expect(() => chosen({ turns })).toThrow(
      expect.objectContaining({ kind: 'usage', hint: 'write 3, 2..5, 4.. or ..4' }),
    );
  });
});

describe('no filter', () => {
  it('lets everything pass', () => {
    expect(chosen({})).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(passesAll(parseEventFilter({ types: [''], msgTypes: [], itemTypes: [] }))).toBe(true);
    expect(passesAll(parseEventFilter({ types: [], msgTypes: [], itemTypes: [], turns: '0..' }))).toBe(false);
  });
});
