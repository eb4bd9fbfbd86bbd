import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockFilter, byteFilter } from '../../../src/engine/search/byte-filter.ts';
import { compilePattern, type Pattern } from '../../../src/engine/search/pattern.ts';
import { parseQuery } from '../../../src/engine/search/query.ts';
import { requiredLiteral, requiredRun } from '../../../src/engine/search/required-bytes.ts';

describe('what must stand in the bytes', () => {
  it.each([
    ['plain', 'plain'],
    ['say "hello" twice', 'hello'],
    ['a/b\\c', 'a'],
    ['日本', null],
    ['"\n\\', null],
  ])('of the text %j is %j', (text, expected) => {
    expect(requiredRun(text)).toBe(expected);
  });

  it.each([
    ['hello', 'hello'],
    ['hel+o', 'hel'],
    ['hello?x', 'hell'],
    ['ab{0,2}cde', 'cde'],
    ['(foo|bar)bazz', 'bazz'],
    ['foo|bar', null],
    ['[abc]+', null],
    ['x\\.json', 'x.json'],
    ['\\bword\\b', 'word'],
    ['^sk-[A-Za-z]{20,}$', 'sk-'],
    ['\\u0061bc', null],
    ['(?i:abc)de', 'de'],
    ['a.*', 'a'],
    ['(?=abc)x', 'x'],
  ])('of the expression %j is %j', (source, expected) => {
    expect(requiredLiteral(source)).toBe(expected);
  });
});

describe('the filter by bytes', () => {
  const patterns: Pattern[] = [
    { kind: 'fixed', text: 'needle', ignoreCase: false },
    { kind: 'fixed', text: 'say "it"', ignoreCase: true },
    { kind: 'regex', source: 'nee+dle\\.x', ignoreCase: false },
    { kind: 'regex', source: '(a|b)ccc?d', ignoreCase: true },
    { kind: 'words', query: parseQuery('Needle say') },
    { kind: 'words', query: parseQuery('user:nee* agent:it') },
    { kind: 'words', query: parseQuery('naïve') },
  ];
  const pieces = [
    'needle',
    'Needle',
    'say "it"',
    'SAY "IT"',
    'nee',
    'dle',
    '.x',
    'needle.x',
    'bccd',
    'BCCCD',
    'naïve',
    'NAÏVE',
    ' ',
    '\n',
    'é',
    '\\',
  ];

  it('never rejects what matches, however the text is cut into blocks', () => {
    const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        fc.constantFrom(...patterns),
        texts,
        fc.constantFrom('user', 'agent'),
        fc.integer({ min: 1, max: 12 }),
        (pattern, text, field, size) => {
          const matcher = compilePattern(pattern);
          const filter = byteFilter(matcher);
          if (!filter || matcher.find(text, field).length === 0) return;
          const bytes = Buffer.from(JSON.stringify({ text }));
          expect(filter.mayMatch(bytes, 0, bytes.length)).toBe(true);
          const blocks = new BlockFilter(filter);
          let found = false;
          for (let at = 0; at < bytes.length; at += size) found ||= blocks.mayMatch(bytes.subarray(at, at + size));
          expect(found).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
