import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { envelope, idOf, makeHome, record } from '../builders.ts';
import { catalogOf, readThread } from './reading.ts';

const id = idOf(1);

describe('the files of a thread', () => {
  it('are in the order in which they were made', async () => {
    const home = makeHome();
    for (const segment of [idOf(60), idOf(20), idOf(0)]) home.rollout(id, [], { segment });
    home.rollout(id, []);
    const catalog = await catalogOf(home);
    expect(catalog.thread(id).map(({ rolloutId }) => rolloutId)).toEqual([id, idOf(0), idOf(20), idOf(60)]);
    expect([...catalog.threadIds]).toEqual([id]);
    expect(catalog.rollout(idOf(20))?.threadId).toBe(id);
    expect(catalog.thread(idOf(20))).toEqual([]);
  });

  it.each([
    ['plain before compressed', [{}, { compressed: true }], '.jsonl', 0],
    ['active before archived', [{}, { archived: true }], '.jsonl', 0],
    ['plain in the archive before compressed and active', [{ compressed: true }, { archived: true }], '.jsonl', 1],
    ['the first by path', [{ time: '2026-01-01T00-00-00' }, { time: '2026-01-01T00-00-01' }], '00-00-00', 0],
  ])('are one for each id: %s', async (_what, twins, _end, winner) => {
    const home = makeHome();
    const paths = twins.map((options) => home.rollout(id, envelope(record.meta(id)), options));
    const catalog = await catalogOf(home);
    expect(catalog.thread(id).map(({ path }) => path)).toEqual([paths[winner]]);
    expect(catalog.hidden).toMatchObject([{ entry: { path: paths[1 - winner] }, by: { path: paths[winner] } }]);
  });

  it('of a segment id that two threads claim belong to both, and one of them is told of', async () => {
    const home = makeHome();
    home.rollout(id, envelope(record.meta(id)), { segment: idOf(9), time: '2026-01-01T00-00-00' });
    home.rollout(idOf(2), envelope(record.meta(idOf(2))), { segment: idOf(9), time: '2026-01-01T00-00-01' });
    const catalog = await catalogOf(home);
    expect([...catalog.threadIds].sort()).toEqual([id, idOf(2)].sort());
    expect(catalog.hidden.length).toBe(1);
    const paths = [...catalog.threadIds].flatMap((threadId) => catalog.thread(threadId).map(({ path }) => path));
    expect(paths).toContain(catalog.rollout(idOf(9))?.path);
  });

  it('are not what a link leads to', async () => {
    const home = makeHome();
    const path = home.rollout(id, envelope(record.meta(id)));
    symlinkSync(path, join(path, '..', `rollout-x-${idOf(2)}.jsonl`));
    const catalog = await catalogOf(home);
    expect([...catalog.threadIds]).toEqual([id]);
    expect(catalog.obstacles).toMatchObject([{ rule: 'SYMLINK' }]);
    expect((await readThread(home, id)).events.length).toBe(1);
  });
});
