import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IdSearch } from '../../src/store/id-search.ts';
import { idOf, makeFolder } from '../builders.ts';

const search = new IdSearch([
  { threadId: idOf(1), rolloutIds: [idOf(1), idOf(2)] },
  { threadId: idOf(3), rolloutIds: [] },
]);

describe('ids of sessions', () => {
  it('are found in texts in either case, and lead to their thread', () => {
    expect(search.ownersIn(`a ${idOf(2).toUpperCase()} b`)).toEqual(new Set([idOf(1)]));
    expect(search.ownersIn(`${idOf(1)}_${idOf(3)}`)).toEqual(new Set([idOf(1), idOf(3)]));
    expect(search.ownersIn(`ab${idOf(3)}cd`)).toEqual(new Set([idOf(3)]));
    for (const other of [idOf(4), idOf(1).slice(1), 7, null]) expect(search.ownersIn(other)).toEqual(new Set());
  });

  it('are found behind what looks like the beginning of one', () => {
    expect(search.ownersIn(`${idOf(4).slice(0, 28)}${idOf(1)}`)).toEqual(new Set([idOf(1)]));
  });

  it('are found in bytes, also in their binary form', () => {
    expect(search.ownersIn(Buffer.from(idOf(3)))).toEqual(new Set([idOf(3)]));
    const binary = Buffer.from(`00${idOf(2).replaceAll('-', '')}ff`, 'hex');
    expect(search.ownersIn(binary)).toEqual(new Set([idOf(1)]));
  });

  it.each([0, 1, 17, 35, 36, 37])('are counted once where a block of the file ends %s bytes into one', (into) => {
    const path = join(makeFolder(), 'file');
    const lead = Buffer.alloc((1 << 20) - into, 'x');
    writeFileSync(path, Buffer.concat([Buffer.from(idOf(3)), lead.subarray(36), Buffer.from(`${idOf(1)} ${idOf(2)}`)]));
    expect(search.countIn(path)).toEqual(
      new Map([
        [idOf(3), 1],
        [idOf(1), 2],
      ]),
    );
  });

  it('are none in a file that is not there', () => {
    expect(search.countIn(join(makeFolder(), 'none'))).toEqual(new Map());
  });
});
