import { describe, expect, it } from 'vitest';
import { plain, stringify, Verbatim, withText } from '../../src/model/verbatim.ts';

describe('recorded JSON', () => {
  const text = '{"n":9007199254740993,"f":1.0,"k":1,"k":2,"s":"\\ud83d"}';

  it('is written as it was recorded, wherever it stands', () => {
    expect(stringify(new Verbatim(text))).toBe(text);
    expect(stringify({ a: 1, b: new Verbatim(text) })).toBe(`{"a":1,"b":${text}}`);
    expect(stringify({ a: { b: new Verbatim(text) } })).toBe(`{"a":{"b":${text}}}`);
    expect(stringify({ a: withText({ b: 1 }, text) })).toBe(`{"a":${text}}`);
  });

  it('reads as what it says', () => {
    expect(new Verbatim(text).value).toMatchObject({ f: 1, k: 2 });
    expect(plain(new Verbatim('[1]'))).toEqual([1]);
    expect(plain([1])).toEqual([1]);
    expect(withText({ b: 1 }, text)).toEqual({ b: 1 });
    expect(Object.keys(withText({ b: 1 }, text))).toEqual(['b']);
  });

  it('is parsed once, and not at all where it is known', () => {
    const recorded = new Verbatim('{"a":1}');
    expect(recorded.value).toBe(recorded.value);
    const value = { b: 2 };
    expect(new Verbatim('not even JSON', value).value).toBe(value);
    expect(new Verbatim('null', null).value).toBeNull();
  });
});

describe('any other value', () => {
  it.each([
    [{ a: [1, { b: null }], 'ü"': 'x\ny' }],
    [{}],
    [[]],
    ['\ud83d'],
    [null],
    [1.5],
    [true],
    [{ a: { b: { c: { d: 1 } } } }],
  ])('is written as JSON.stringify writes it: %j', (value) => {
    expect(stringify(value)).toBe(JSON.stringify(value));
  });

  it('leaves out what is undefined', () => {
    expect(stringify({ a: undefined, b: 1, c: undefined })).toBe('{"b":1}');
    expect(stringify({ a: undefined })).toBe('{}');
  });

  it('is written with a key of any name', () => {
    const value = JSON.parse('{"__proto__":{"x":1},"constructor":2}');
    expect(stringify({ value })).toBe('{"value":{"__proto__":{"x":1},"constructor":2}}');
  });

  it('keeps keys apart after thousands of others', () => {
    for (let i = 0; i < 3000; i++) expect(stringify({ [`k${i}`]: i })).toBe(`{"k${i}":${i}}`);
  });
});
