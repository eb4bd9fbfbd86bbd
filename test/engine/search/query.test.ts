import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/base/failure.ts';
import { compilePattern } from '../../../src/engine/search/pattern.ts';
import { parseQuery } from '../../../src/engine/search/query.ts';

describe('a query', () => {
  it.each([
    ['parser test', [term(['parser']), term(['test'])]],
    ['"two Words"', [term(['two', 'words'])]],
    ["don't", [term(['don', 't'])]],
    ['pars*', [{ ...term(['pars']), isPrefix: true }]],
    ['user:hello AGENT:"good bye"', [term(['hello'], 'user'), term(['good', 'bye'], 'agent')]],
    ['cwd:/srv/app tool:rm', [term(['srv', 'app'], 'cwd'), term(['rm'], 'tool')]],
    ['http://x', [term(['http', 'x'])]],
    ['=> ünï', [term(['ünï'])]],
  ])('%s is read', (text, terms) => {
    expect(parseQuery(text)).toEqual({ terms });
  });

  it.each(['', '   ', '=>', 'user:', '""'])('of no word (%s) is refused', (text) => {
    expect(() => parseQuery(text)).toThrow(Failure);
  });
});

describe('words', () => {
  it.each([
    ['Parser', 'the PARSER fails', 'user', true],
    ['pars', 'the parser fails', 'user', false],
    ['pars*', 'the parser fails', 'user', true],
    ['parser the', 'the parser fails', 'user', true],
    ['"parser the"', 'the parser fails', 'user', false],
    ['"the parser"', 'the, parser fails', 'user', true],
    ['user:parser', 'the parser', 'agent', false],
    ['user:parser', 'the parser', 'user', true],
    ['CAFÉ', 'a café', 'user', true],
    ['cafe', 'a café', 'user', false],
    ['日本', '日本 語', 'user', true],
    ['cwd:srv parser', 'the parser', 'user', true],
  ])('%s in "%s" of the %s: %s', (query, text, field, expected) => {
    const matcher = compilePattern({ kind: 'words', query: parseQuery(query) });
    expect(matcher.find(text, field).length > 0).toBe(expected);
  });

  it('say where they stand', () => {
    const matcher = compilePattern({ kind: 'words', query: parseQuery('b* a') });
    expect(matcher.find('a bb c a', 'user')).toEqual([
      { start: 0, end: 1 },
      { start: 2, end: 4 },
      { start: 7, end: 8 },
    ]);
  });
});

function term(words: string[], field: string | null = null) {
  return { field, words, isPrefix: false };
}
