import { describe, expect, it } from 'vitest';
import { type DecodedObject, decodeLine, memberText, objectText } from '../../src/format/decode-line.ts';
import { defaultLimits } from '../../src/format/limits.ts';
import { lineOf, linesOf } from './lines-of.ts';

describe('a line that is a record', () => {
  it('is decoded', () => {
    expect(decoded('{"a":1,"b":"ü"}').value).toEqual({ a: 1, b: 'ü' });
  });

  it.each([
    ['CRLF', '{"a":1}\r'],
    ['space around it', ' \t{"a":1} '],
    ['a lone CR between tokens', '{"a":\r1}'],
    ['a byte order mark on the first line', '\ufeff{"a":1}'],
    ['line separators in a string', '{"a":1,"s":"\u2028\u2029\u0085"}'],
  ])('is decoded with %s', (_what, text) => {
    expect(decoded(text).value).toMatchObject({ a: 1 });
  });

  it('keeps the digits of integers that a number cannot hold', () => {
    const text = '{"a":9007199254740993,"b":[-18446744073709551615,{"c":1e400}],"d":42,"e":"9007199254740993","f":1.5}';
    expect(decoded(text).value).toEqual({
      a: '9007199254740993',
      b: ['-18446744073709551615', { c: '1e400' }],
      d: 42,
      e: '9007199254740993',
      f: 1.5,
    });
  });

  it('keeps the digits in a record of any size', () => {
    const text = `{"pad":"${'x'.repeat(400_000)}","a":9007199254740993}`;
    expect(decoded(text).value.a).toBe('9007199254740993');
  });

  it('is plain data, whatever its keys are', () => {
    const { value } = decoded('{"__proto__":{"polluted":true},"constructor":1,"toString":2}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('has half a surrogate pair where it is escaped', () => {
    expect(decoded('{"s":"\\ud83d"}').value.s).toBe('\ud83d');
  });

  it('has U+FFFD where that is what stands there', () => {
    expect(decoded('{"s":"\ufffd"}').value.s).toBe('\ufffd');
  });
});

describe('its text', () => {
  const text = ' {"type":"x", "payload" : {"n":9007199254740993,"a":1,"a":2}, "payload":{"n":1.0} } \r';

  it('is at hand for every member, byte for byte; the last counts where a key stands twice', () => {
    expect(memberText(decoded(text), 'payload')).toBe('{"n":1.0}');
    expect(memberText(decoded('{"payload":{"n":9007199254740993,"a":1,"a":2}}'), 'payload')).toBe(
      '{"n":9007199254740993,"a":1,"a":2}',
    );
    expect(memberText(decoded(text), 'missing')).toBeUndefined();
  });

  it('is found under an escaped key, as its value is', () => {
    const object = decoded('{"p\\u0061yload":{"a":1.0}}');
    expect(object.value.payload).toEqual({ a: 1 });
    expect(memberText(object, 'payload')).toBe('{"a":1.0}');
  });

  it('is at hand whole, without the space around it', () => {
    expect(objectText(decoded(text))).toBe(text.trim());
  });
});

describe('a line that is no record', () => {
  it.each([
    ['BLANK', ''],
    ['BLANK', ' \t\r'],
    ['BAD-JSON', '{"a":'],
    ['BAD-JSON', '{"a":1}{"b":2}'],
    ['BAD-JSON', '{"a":NaN}'],
    ['BAD-JSON', '{"a":1,}'],
    ['BAD-JSON', '{"a":"raw \t tab"}'],
    ['BAD-JSON', '// comment'],
    ['BAD-JSON', "{'a':1}"],
    ['NOT-OBJECT', '[{"a":1}]'],
    ['NOT-OBJECT', '"text"'],
    ['NOT-OBJECT', '42'],
    ['NOT-OBJECT', '9007199254740993'],
    ['NOT-OBJECT', 'null'],
    ['HOLE', '\0\0\0\0'],
    ['HOLE', '\0\0{"a":1}'],
    ['HOLE', '{"a":"x\0\0'],
    ['HOLE', '{"a":"\0\0\0","b":1}'],
    ['TOO-DEEP', `{"a":${'['.repeat(512)}1${']'.repeat(512)}}`],
    ['TOO-DEEP', '['.repeat(300_000)],
  ])('is %s: %j', (fault, text) => {
    expect(decodeLine(lineOf(`${text}\n`), defaultLimits)).toMatchObject({ ok: false, fault });
  });

  it('may nest as deep as the limit', () => {
    expect(decoded(`{"a":${'['.repeat(511)}1${']'.repeat(511)}}`).ok).toBe(true);
  });

  it.each([
    ['invalid bytes', [0xff, 0xfe]],
    ['an overlong form', [0xc0, 0xaf]],
    ['an encoded surrogate', [0xed, 0xa0, 0x80]],
    ['a sequence cut short', [0xe2, 0x82]],
  ])('is BAD-UTF8 with %s', (_what, bytes) => {
    const line = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]);
    expect(decodeLine(lineOf(line), defaultLimits)).toMatchObject({ ok: false, fault: 'BAD-UTF8' });
  });

  it('is LINE-TOO-LONG over the limit, whether its bytes are here or not', () => {
    const limits = { ...defaultLimits, lineBytes: 5000 };
    const text = `{"a":"${'x'.repeat(6000)}"}`;
    expect(decodeLine(lineOf(text), limits)).toMatchObject({ fault: 'LINE-TOO-LONG' });
    expect(decodeLine(linesOf(text, 5000)[0]!, limits)).toMatchObject({ fault: 'LINE-TOO-LONG' });
  });

  it('has a byte order mark anywhere but on the first line', () => {
    const [, second] = linesOf('{}\n\ufeff{}\n');
    expect(decodeLine(second!, defaultLimits)).toMatchObject({ ok: false, fault: 'BAD-JSON' });
  });

  it('says what the parser found', () => {
    expect(decodeLine(lineOf('{"a":'), defaultLimits)).toMatchObject({ reason: expect.stringContaining('JSON') });
  });
});

describe('a key that stands twice', () => {
  it('is found where that is asked for', () => {
    const line = lineOf('{"a":1,"a":2}');
    const strict = decodeLine(line, defaultLimits, { findDuplicates: true }) as DecodedObject;
    expect(strict.scan.duplicateKey?.key).toBe('a');
    expect((decodeLine(line, defaultLimits) as DecodedObject).scan.duplicateKey).toBeNull();
  });
});

function decoded(text: string): DecodedObject {
  const result = decodeLine(lineOf(text), defaultLimits);
  if (!result.ok) throw new Error(`${result.fault} ${result.reason ?? ''}`);
  return result;
}
