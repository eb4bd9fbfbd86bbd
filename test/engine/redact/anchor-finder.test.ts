import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnchorFinder } from '../../../src/engine/redact/anchor-finder.ts';

function found(anchors: readonly string[], text: string): [number, string][] {
  const finder = new AnchorFinder(anchors);
  const all: [number, string][] = [];
  for (let at = finder.next(text, 0); at >= 0; at = finder.next(text, at + 1)) all.push([at, finder.anchor]);
  return all;
}

describe('anchors are found', () => {
  it('the longest where one begins another, and up to the end', () => {
    expect(found(['@', 'key', 'key:', '7z', '密码'], 'a@key:7z密码 key 7@')).toEqual([
      [1, '@'],
      [2, 'key:'],
      [6, '7z'],
      [8, '密码'],
      [11, 'key'],
      [16, '@'],
    ]);
  });

  it('as by looking at each place for each of them', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '!', 'A', 'ā', 'š'), maxLength: 40 });
    const anchor = fc.string({ unit: fc.constantFrom('a', 'b', '!', 'A', 'ā'), minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.uniqueArray(anchor, { minLength: 1, maxLength: 8 }), text, (anchors, searched) => {
        const longest = [...anchors].sort((a, b) => b.length - a.length);
        const wanted = Array.from({ length: searched.length }, (_, at) => {
          const hit = longest.find((one) => searched.startsWith(one, at));
          return hit === undefined ? [] : [[at, hit]];
        }).flat();
        expect(found(anchors, searched)).toEqual(wanted);
      }),
    );
  });
});
