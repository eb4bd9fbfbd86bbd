import { describe, expect, it } from 'vitest';
import { tableOfOverrides } from '../../../src/runner/config/override.ts';

describe('-c KEY=VALUE', () => {
  it.each([
    ['model=o3', { model: 'o3' }],
    ['model="o3"', { model: 'o3' }],
    ["model='o3'", { model: 'o3' }],
    ['model = gpt-5.1', { model: 'gpt-5.1' }],
    ['a=3', { a: 3 }],
    ['a=true', { a: true }],
    ['a=', { a: '' }],
    ['a=b=c', { a: 'b=c' }],
    ['a.b.c=[1, "x"]', { a: { b: { c: [1, 'x'] } } }],
    ['a={ b = 1 }', { a: { b: 1 } }],
    ['a=[1', { a: '[1' }],
    ['a=1\nb = 2', { a: '1\nb = 2' }],
    ['a="1"\n[c]', { a: '"1"\n[c]' }],
    ['a=http://h/v1?x=1', { a: 'http://h/v1?x=1' }],
  ])('%s', async (override, table) => {
    expect(await tableOfOverrides([override])).toEqual(table);
  });

  it('lets a later one win, and puts tables together', async () => {
    expect(await tableOfOverrides(['a.b=1', 'a.c=2', 'a.b=3', 'd=1', 'd.e=2'])).toEqual({
      a: { b: 3, c: 2 },
      d: { e: 2 },
    });
  });

  it('cannot reach a prototype', async () => {
    const table = await tableOfOverrides([
      '__proto__.polluted=1',
      'constructor.prototype.polluted=1',
      'a.__proto__.polluted=1',
    ]);
    expect(Object.keys(table)).toEqual(['__proto__', 'constructor', 'a']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it.each(['model', '=x', 'a..b=1', '.a=1', ''])('%j is refused', async (override) => {
    await expect(tableOfOverrides([override])).rejects.toMatchObject({ kind: 'usage' });
  });

  it('does not show the value of one that is refused', async () => {
    const failure = await tableOfOverrides(['a..b=sk-secret']).catch((error) => error);
    expect(failure.message).toBe("-c 'a..b=…' is not KEY=VALUE");
  });
});
