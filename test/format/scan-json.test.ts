import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyIs, type Scan, scanJson } from '../../src/format/scan-json.ts';

describe('members', () => {
  it('are where they stand, byte for byte', () => {
    expect(membersOf(' {"a" : 1 , "ü":[1,{"b":2}],"c":"x,\\"}" } ')).toEqual([
      ['a', '1'],
      ['ü', '[1,{"b":2}]'],
      ['c', '"x,\\"}"'],
    ]);
  });

  it('are all there when a key stands twice', () => {
    expect(membersOf('{"a":1,"a":2}')).toEqual([
      ['a', '1'],
      ['a', '2'],
    ]);
  });

  it('are those of the outermost object only', () => {
    expect(membersOf('{}')).toEqual([]);
    expect(membersOf('{"a":{"b":{"c":1}},"d":{}}').map(([key]) => key)).toEqual(['a', 'd']);
  });

  it('end before the place where the text is cut off', () => {
    expect(membersOf('{"a":1,"b":"unfinished')).toEqual([['a', '1']]);
    expect(membersOf('{"a":1,"b":2')).toEqual([['a', '1']]);
  });

  it('of long strings with many escapes are found', () => {
    for (const tail of ['\\\\', '\\"', '\\\\\\"', 'x']) {
      const value = `"${'y'.repeat(100)}${tail}"`;
      expect(membersOf(`{"a":${value},"b":1}`)).toEqual([
        ['a', value],
        ['b', '1'],
      ]);
    }
  });

  it('are what JSON.parse finds, for any object', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()),
        fc.constantFrom(0, 1, 2),
        (object, indent) => {
          const text = JSON.stringify(object, null, indent);
          const found = membersOf(text).map(([key, value]) => [JSON.parse(`"${key}"`), JSON.parse(value)]);
          expect(Object.fromEntries(found)).toEqual(JSON.parse(text));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('a key', () => {
  it('is known by its letters, also when they are escaped', () => {
    const text = '{"payload":1,"p\\u0061yload":2,"payloads":3,"p\\u0061yloads":4,"p\\q":5}';
    const bytes = Buffer.from(text);
    const { members } = scanJson(bytes, 0, bytes.length, { maxDepth: 9 });
    expect(members.map((member) => keyIs(bytes, member, 'payload'))).toEqual([true, true, false, false, false]);
  });
});

describe('depth', () => {
  it.each([
    ['[[[]]]', 3, false],
    ['[[[]]]', 2, true],
    ['{"a":{"b":[]}}', 3, false],
    ['{"a":{"b":[]}}', 2, true],
    ['{"a":"[[[[","b":[]}', 2, false],
  ])('of %s is more than %i: %s', (text, maxDepth, tooDeep) => {
    expect(scan(text, maxDepth).tooDeep).toBe(tooDeep);
  });

  it('beyond a million is found without a stack', () => {
    expect(scan('['.repeat(3_000_000), 512).tooDeep).toBe(true);
    expect(scan(`${'['.repeat(200_000)}1${']'.repeat(200_000)}`, 1_000_000).tooDeep).toBe(false);
  });
});

describe('numbers that a JavaScript number would change', () => {
  it.each([
    ['9007199254740991', false],
    ['9007199254740992', true],
    ['-9007199254740993', true],
    ['18446744073709551615', true],
    ['1e400', true],
    ['-1E+999', true],
    ['1e5', false],
    ['1.0', false],
    ['0.1234567890123456789', false],
    ['-0', false],
    ['123456789012345678901234567890', true],
  ])('%s: %s', (number, isUnsafe) => {
    const text = `{"n":${number},"s":"${number}"}`;
    const { unsafeNumbers } = scan(text);
    expect(unsafeNumbers.length).toBe(isUnsafe ? 2 : 0);
    if (isUnsafe) expect(text.slice(unsafeNumbers[0], unsafeNumbers[1])).toBe(number);
  });
});

describe('a key that stands twice', () => {
  it.each([
    ['{"a":1,"b":2}', null],
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"é":1,"\\u00e9":2}', 'é'],
    ['{"a":{"b":1},"c":{"b":2}}', null],
    ['{"a":{"b":1,"b":2}}', 'b'],
    ['[{"a":1},{"a":2}]', null],
    ['[{"a":1},{"x":[{"k":1},{"k":2,"k":3}]}]', 'k'],
    ['{"":1,"":2}', ''],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
    ['{"a":"a","b":"a"}', null],
  ])('in %s: %s', (text, key) => {
    expect(scan(text, 512, true).duplicateKey?.key ?? null).toBe(key);
  });

  it('is named with its place', () => {
    expect(scan('{"a":1, "a":2}', 512, true).duplicateKey).toEqual({ key: 'a', offset: 8 });
  });

  it('is found among very many, and none where there is none', () => {
    const keys = Array.from({ length: 50_000 }, (_, index) => `"key${index}":${index}`);
    expect(scan(`{${keys.join(',')}}`, 512, true).duplicateKey).toBeNull();
    expect(scan(`{${keys.join(',')},"key7":0}`, 512, true).duplicateKey?.key).toBe('key7');
  });

  it('takes no longer for keys that a simple hash would not tell apart', () => {
    const same = ['Aa', 'BB'];
    const keys = Array.from({ length: 1 << 16 }, (_, index) =>
      Array.from({ length: 16 }, (_bit, bit) => same[(index >> bit) & 1]).join(''),
    );
    const text = `{${keys.map((key) => `"${key}":0`).join(',')}}`;
    const before = performance.now();
    expect(scan(text, 512, true).duplicateKey).toBeNull();
    expect(performance.now() - before).toBeLessThan(3000);
  });

  it('is not looked for where nobody asked', () => {
    expect(scan('{"a":1,"a":2}').duplicateKey).toBeNull();
  });
});

function scan(text: string, maxDepth = 512, findDuplicates = false): Scan {
  const bytes = Buffer.from(text);
  return scanJson(bytes, 0, bytes.length, { maxDepth, findDuplicates });
}

function membersOf(text: string): [key: string, value: string][] {
  const padded = Buffer.from(`xx${text}yy`);
  const { members } = scanJson(padded, 2, padded.length - 2, { maxDepth: 512 });
  return members.map(({ keyStart, keyEnd, valueStart, valueEnd }) => [
    padded.toString('utf8', keyStart, keyEnd),
    padded.toString('utf8', valueStart, valueEnd),
  ]);
}
