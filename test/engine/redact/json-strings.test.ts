import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rewriteStrings } from '../../../src/engine/redact/json-strings.ts';

describe('rewriting the strings of a JSON text', () => {
  it('visits each of them once, in order, with its place', () => {
    const seen: unknown[] = [];
    const text = ' {"type":"t","a/b":["x",{"k~":"y"},1,"z"],"e":{},"f":[[],"w"],"\\u0041":"\\"q\\\\"} ';
    const same = rewriteStrings(text, {
      string: (value, place) => {
        if (!place.isKey) seen.push([value, place.steps(), place.key, place.before, place.siblings(new Set(['type']))]);
        return null;
      },
    });
    expect(same).toBe(text);
    expect(seen).toEqual([
      ['t', ['type'], 'type', null, []],
      ['x', ['a/b', '0'], 'a/b', null, []],
      ['y', ['a/b', '1', 'k~'], 'k~', null, []],
      ['z', ['a/b', '3'], 'a/b', null, []],
      ['w', ['f', '1'], 'f', null, []],
      ['"q\\', ['A'], 'A', null, ['t']],
    ]);
  });

  it('leaves everything else as it is, and stays JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), (value, isPretty) => {
        const text = JSON.stringify(value, null, isPretty ? 1 : 0);
        expect(rewriteStrings(text, { string: () => null, number: () => null })).toBe(text);
        const strings: string[] = [];
        const rewritten = rewriteStrings(text, {
          string: (string, { isKey }) => {
            if (isKey) return null;
            strings.push(string);
            return JSON.stringify(`${string}!`);
          },
        });
        const wanted: string[] = [];
        const changed = JSON.parse(text, (_key, inner) => (typeof inner === 'string' ? `${inner}!` : inner));
        expect(JSON.parse(rewritten)).toEqual(changed);
        JSON.parse(text, (_key, inner) => {
          if (typeof inner === 'string') wanted.push(inner);
          return inner;
        });
        expect(strings.sort()).toEqual(wanted.sort());
      }),
    );
  });
});
