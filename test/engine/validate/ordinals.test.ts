import { describe, expect, it } from 'vitest';
import { check, rulesOf, session } from './check-lines.ts';

/** A paginated session whose records after the first have these ordinals; null for one that has none. */
function numbered(ordinals: (number | null)[], fields: object = {}, first = 0): string {
  const meta = session('paginated', fields, first).bytes.toString();
  const lines = ordinals.map((ordinal, index) => {
    const timestamp = new Date(Date.parse('2026-05-01T12:00:01Z') + index * 1000).toISOString();
    return JSON.stringify({
      timestamp,
      ...(ordinal !== null && { ordinal }),
      type: 'event_msg',
      payload: { type: 'user_message', message: 'x' },
    });
  });
  return `${meta}${lines.map((line) => `${line}\n`).join('')}`;
}

const base = {
  history_base: { thread_id: '01a01234-0000-7abc-8def-0123456789ab', end_ordinal_exclusive: 40, end_byte_offset: 9000 },
};

describe('ordinals', () => {
  it.each<[string, (number | null)[], string[]]>([
    ['in a row', [1, 2, 3], []],
    ['left out', [1, 5, 6], ['ORDINAL-GAP error 3']],
    ['left out twice', [2, 3, 5], ['ORDINAL-GAP error 2', 'ORDINAL-GAP error 4']],
    ['used again', [1, 2, 2, 3], ['ORDINAL-REUSE error 4']],
    ['used again by a second writer from the start', [1, 2, 1, 2, 3], ['ORDINAL-REUSE error 4']],
    ['used in turn by two writers', [1, 2, 2, 3, 3, 4], ['ORDINAL-REUSE error 4', 'ORDINAL-REUSE error 6']],
    ['back in a gap', [1, 5, 3, 4], ['ORDINAL-GAP error 3', 'ORDINAL-BACK error 4']],
    [
      'back in a gap, then used again',
      [1, 5, 3, 3],
      ['ORDINAL-GAP error 3', 'ORDINAL-BACK error 4', 'ORDINAL-REUSE error 5'],
    ],
    ['missing in the middle', [1, null, null, 4], ['ORDINAL-MISSING error 3']],
    ['missing with none left out for it', [1, null, 2], ['ORDINAL-MISSING error 3']],
    ['missing and left out', [1, null, 5], ['ORDINAL-GAP error 4', 'ORDINAL-MISSING error 3'].reverse()],
    ['missing at the end', [1, 2, null, null], ['ORDINAL-MISSING error 4']],
    ['no number', [1, 1.5, 2], ['SCHEMA error 3']],
    ['negative', [1, -1, 2], ['SCHEMA error 3']],
    ['beyond what a number can hold', [1, 2 ** 60, 2], ['ORDINAL-GAP error 3']],
  ])('are %s', async (_how, ordinals, expected) => {
    expect(await rulesOf(numbered(ordinals))).toEqual(expected);
  });

  it('tell where Codex refuses the session', async () => {
    const [middle] = await check(numbered([1, null, 3]));
    expect(middle?.message).toBe('the record on line 3 has no ordinal');
    const [last] = await check(numbered([1, null, null]));
    expect(last?.message).toBe(
      'the 2 records on lines 3 to 4 have no ordinal; as the last record lacks one, Codex refuses to resume this session',
    );
  });

  it('name the range', async () => {
    const [gap] = await check(numbered([1, 5]));
    expect(gap).toMatchObject({ message: 'ordinals 2 to 4 are left out before ordinal 5', pointer: '/ordinal' });
    const [reuse] = await check(numbered([1, 2, 1, 2]));
    expect(reuse?.message).toBe('the 2 records on lines 4 to 5: ordinals 1 to 2 are used by an earlier record');
  });

  it('may be left out for as many lines as are damaged', async () => {
    const [first, second, third, ...rest] = numbered([1, 2, 3, 4]).split('\n');
    expect(await rulesOf([first, second, third?.slice(0, 30), ...rest].join('\n'))).toEqual(['BAD-JSON error 3']);
    expect(await rulesOf([first, '{"torn', ...rest].join('\n'))).toEqual(['BAD-JSON error 2', 'ORDINAL-GAP error 3']);
  });

  it('go on where the base ends', async () => {
    const unjudged = 'DANGLING note 1';
    expect(await rulesOf(numbered([41, 42], base, 40))).toEqual([unjudged]);
    expect(await rulesOf(numbered([42, 43], base, 41))).toEqual(['ORDINAL-GAP error 1', unjudged]);
    expect(await rulesOf(numbered([1, 2], base, 0))).toEqual(['ORDINAL-REUSE error 1', unjudged]);
  });

  it('are not asked of a session that is not paginated', async () => {
    const legacy = numbered([7, null, 3]).replace('"history_mode":"paginated"', '"history_mode":"legacy"');
    expect(await rulesOf(legacy)).toEqual(['MIXED-DIALECT note 1']);
  });
});
