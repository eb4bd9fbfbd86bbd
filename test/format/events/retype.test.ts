import { describe, expect, it } from 'vitest';
import { retype } from '../../../src/format/events/retype.ts';
import { stringify, Verbatim } from '../../../src/model/verbatim.ts';

describe('another type for a recorded object', () => {
  it.each([
    ['{"type":"a","n":9007199254740993,"f":1.0}', '{"type":"b","n":9007199254740993,"f":1.0}'],
    ['{"n":1E5,"type":"a","k":1,"k":2}', '{"type":"b","n":1E5,"k":1,"k":2}'],
    ['{"10":1,"type":"a","2":-0}', '{"type":"b","10":1,"2":-0}'],
    ['{"type":"a","s":"\\ud83d","type":"c"}', '{"type":"b","s":"\\ud83d"}'],
    ['{"t\\u0079pe":"a","x":"type"}', '{"type":"b","x":"type"}'],
    ['{ "type" : "a" , "x" : [ 1 ] }', '{"type":"b","x" : [ 1 ]}'],
    ['{"type":"a"}', '{"type":"b"}'],
    ['{}', '{"type":"b"}'],
    ['{"ü":1,"type":"a","__proto__":{"x":1}}', '{"type":"b","ü":1,"__proto__":{"x":1}}'],
  ])('leaves the rest of %s as it is', (recorded, expected) => {
    expect(stringify(retype(new Verbatim(recorded), 'b'))).toBe(expected);
    expect(JSON.parse(expected)).toEqual({ ...JSON.parse(recorded), type: 'b' });
  });

  it('changes nothing where it is the same and comes first', () => {
    const text = '{"type":"message" ,"role":"user"}';
    expect(stringify(retype(new Verbatim('{"type":"message","x":1}'), 'message'))).toBe('{"type":"message","x":1}');
    expect(JSON.parse(stringify(retype(new Verbatim(text), 'message')))).toEqual(JSON.parse(text));
  });

  it('reads as an object', () => {
    expect(retype(new Verbatim('{"type":"a","n":1}'), 'b')).toMatchObject({ type: 'b', n: 1 });
  });
});
