import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonFault } from '../../src/format/json-fault.ts';

const faultIn = (text: string) => {
  const bytes = Buffer.from(`##${text}##`);
  return findJsonFault(bytes, 2, bytes.length - 2) - 2;
};

describe('the place where a text stops being JSON', () => {
  it('is its end when it is JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(faultIn(text)).toBe(Buffer.byteLength(text));
      }),
    );
  });

  it('is its end when more would have to follow', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (value, at) => {
        const text = JSON.stringify(value).replace(/[^\x20-\x7e]/g, '?');
        const cut = text.slice(0, at % text.length);
        expect(faultIn(cut)).toBe(cut.length);
      }),
    );
  });

  it('is where a byte stands that no value has there', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (value, chosen) => {
        const text = JSON.stringify(value).replace(/[^\x20-\x7e]/g, '?');
        const outside = [...text.replace(/"(?:[^"\\]|\\.)*"/g, (string) => '"'.repeat(string.length))].flatMap(
          (letter, index) => (letter === '"' ? [] : [index]),
        );
        const at = outside[chosen % outside.length] as number;
        expect(faultIn(`${text.slice(0, at)}@${text.slice(at + 1)}`)).toBe(at);
      }),
    );
  });

  it.each([
    ['{"a":1,}', 7],
    ['{"a":NaN}', 5],
    ['{"a":tru}', 8],
    ['{"a":01}', 6],
    ['{"a":1.}', 7],
    ['{"a":1e}', 7],
    ['{"a":-}', 6],
    ['{"a":+1}', 5],
    ['{"a":"\x01"}', 6],
    ['{"a":"\\x"}', 7],
    ['{"a":"\\u12g4"}', 10],
    ['{"a" 1}', 5],
    ['{"a":1 "b":2}', 7],
    ['{a:1}', 1],
    ['[1,]', 3],
    ['[1 2]', 3],
    ['{"a":[}', 6],
    ['{"a":[1}', 7],
    ['{} x', 3],
    ['garbage', 0],
    ['', 0],
  ])('is found in %s', (text, place) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(faultIn(text)).toBe(place);
  });
});
