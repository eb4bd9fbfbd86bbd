import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanJson } from '../../src/format/scan-json.ts';

const repeatedIn = (text: string) => {
  const bytes = Buffer.from(text);
  return scanJson(bytes, 0, bytes.length, { maxDepth: 512, findDuplicates: true }).duplicateKey;
};

/** JSON as a tree whose objects may hold a key twice, and whose keys may be escaped. */
type Tree = { keys: [string, boolean, Tree][] } | { items: Tree[] } | string;

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.record({ items: fc.array(tie('tree'), { maxLength: 4 }) }),
    fc.record({
      keys: fc.array(
        fc.tuple(fc.constantFrom('a', 'b', 'ü', '', 'long key of an object', '__proto__'), fc.boolean(), tie('tree')),
        { maxLength: 5 },
      ),
    }),
  ),
}));

function write(node: Tree): string {
  if (typeof node === 'string') return JSON.stringify(node);
  if ('items' in node) return `[${node.items.map(write).join(', ')}]`;
  return `{${node.keys.map(([key, escaped, value]) => `"${escaped ? escapeAll(key) : key}" : ${write(value)}`).join(',')}}`;
}

function escapeAll(key: string): string {
  return key.replace(/./gu, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The first key that stands twice in one object, in the order of the text. */
function firstRepeated(node: Tree): string | null {
  if (typeof node === 'string') return null;
  const seen = new Set<string>();
  const children: [string | null, Tree][] =
    'items' in node ? node.items.map((item) => [null, item]) : node.keys.map(([key, , value]) => [key, value]);
  for (const [key, value] of children) {
    if (key !== null && seen.has(key)) return key;
    if (key !== null) seen.add(key);
    const below = firstRepeated(value);
    if (below !== null) return below;
  }
  return null;
}

describe('a key that stands twice in one object', () => {
  it('is found, however it is escaped and wherever it stands', () => {
    fc.assert(
      fc.property(tree, (node) => {
        expect(repeatedIn(write(node))?.key ?? null).toBe(firstRepeated(node));
      }),
      { numRuns: 2000 },
    );
  });

  it('is named with the place of its quote', () => {
    expect(repeatedIn('{"a":{"b":1},"b":2,"a":3}')).toEqual({ key: 'a', offset: 19 });
    expect(repeatedIn('{"x":"a\\"b","x":1}')).toEqual({ key: 'x', offset: 12 });
  });

  it('is found among very many, and not in the next text', () => {
    const keys = Array.from({ length: 50_000 }, (_, index) => `"key ${index}":1`);
    expect(repeatedIn(`{${keys.join(',')}}`)).toBeNull();
    expect(repeatedIn(`{${keys.join(',')},"key 777":2}`)?.key).toBe('key 777');
    expect(repeatedIn('{"key 1":1}')).toBeNull();
  });

  it('is told from a long text that looks like one', () => {
    const text = 'x'.repeat(100);
    expect(repeatedIn(`{"a":"${text}\\"a\\":1,\\"a\\":2 ${text}","b":"\\\\"}`)).toBeNull();
    expect(repeatedIn(`{"a":"${text}\\\\","a":1}`)?.key).toBe('a');
  });
});
