import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { idOf, makeHome, offsetOf, paginated, record, type TestHome, turn } from '../../builders.ts';
import { pruneHere, restoreHere } from '../../support/keep-here.ts';
import { addOld, compress } from '../compress/compressing.ts';

describe('what restore tells', () => {
  it('is one row for a session that stays with one that needs it, and comes back with another', async () => {
    const home = makeHome();
    const lines = paginated(0, record.meta(idOf(1), { history_mode: 'paginated' }), ...turn('one'));
    home.rollout(idOf(1), lines);
    const base = { thread_id: idOf(1), end_ordinal_exclusive: 5, end_byte_offset: offsetOf(lines, 5) };
    const paths = [2, 3].map((number) =>
      home.rollout(idOf(number), paginated(5, record.meta(idOf(number), { history_base: base }), ...turn('more'))),
    );
    const { tx } = await pruneHere(home.path, [[idOf(2), idOf(3), idOf(1)]]);
    damage(home, tx as string, paths[0] as string);
    const told = await restoreHere(home.path, [idOf(2), idOf(3)]);
    expect(told.map(({ thread_id, result, reason }) => [thread_id, result, reason?.code])).toEqual([
      [idOf(1), 'restored', undefined],
      [idOf(3), 'restored', undefined],
      [idOf(2), 'kept', 'damaged'],
    ]);
  });

  it('names the file of a session that stays, also when another file of it came back before', async () => {
    const home = makeHome();
    addOld(home, idOf(1));
    const second = addOld(home, idOf(1), { segment: idOf(2), time: '2026-01-02T04-04-05' });
    const tx = (await compress(home, idOf(1))).rows[0]?.tx ?? '';
    damage(home, tx, second);
    const told = await restoreHere(home.path, [tx]);
    expect(told.map(({ result, reason }) => [result, reason?.code]).sort()).toEqual([
      ['kept', 'damaged'],
      ['restored', undefined],
    ]);
  });
});

function damage(home: TestHome, tx: string, path: string): void {
  const place = join(home.path, '.sessions/trash', tx, 'files', path.slice(home.path.length));
  writeFileSync(
    place,
    readFileSync(place).map((byte, at) => (at === 9 ? byte ^ 1 : byte)),
  );
}
