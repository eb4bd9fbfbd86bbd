import { describe, expect, it } from 'vitest';
import { validateCount, validateIndexStatus, validateThread } from '../../src/format/schemas.ts';
import { envelope, idOf, makeHome, record, turn } from '../builders.ts';
import { run } from '../support/list-sessions.ts';

const valid = { ok: true, unknown: null };

function homeOfForks() {
  const home = makeHome();
  home.rollout(idOf(1), envelope(record.meta(idOf(1), { cwd: '/a' }), ...turn('the first')));
  home.rollout(idOf(2), envelope(record.meta(idOf(2), { cwd: '/b', forked_from_id: idOf(1) }), ...turn('its fork')));
  home.rollout(idOf(3), envelope(record.meta(idOf(3), { cwd: '/a' }), ...turn('another')));
  home.rollout(idOf(4), envelope(record.meta(idOf(4), { parent_thread_id: idOf(2) }), ...turn('an agent')));
  return home;
}

describe('ls --count', () => {
  it.each([
    [[], 4],
    [['--cwd', '/a'], 2],
    [['--limit', '3'], 3],
    [['--name', 'x*'], 0],
    [['--no-index'], 4],
    [['--no-index', '--cwd', '/b'], 1],
  ])('%j counts what ls lists', async (options, count) => {
    const home = homeOfForks();
    const { code, out } = await run(home, 'ls', '--count', '--json', ...options);
    const found = JSON.parse(out) as object;
    expect([code, found, validateCount(found)]).toEqual([0, { schema: 'sessions.count/1', count }, valid]);
  });
});

describe('ls --tree', () => {
  it.each([[[]], [['--no-index']]])('gives the same rows, each below what it comes from (%j)', async (options) => {
    const home = homeOfForks();
    const { out } = await run(home, 'ls', '--json', '--tree', ...options);
    const rows = out.trimEnd().split('\n');
    const plain = (await run(home, 'ls', '--json')).out.trimEnd().split('\n');
    expect([...rows].sort()).toEqual([...plain].sort());
    const ids = rows.map((row) => (JSON.parse(row) as { thread_id: string }).thread_id);
    const at = ids.indexOf(idOf(1));
    expect(ids.slice(at, at + 3)).toEqual([idOf(1), idOf(2), idOf(4)]);
    expect(rows.map((row) => validateThread(JSON.parse(row)))).toEqual(rows.map(() => valid));
  });
});

describe('index status', () => {
  it('prints what its schema says', async () => {
    const home = homeOfForks();
    await run(home, 'ls');
    const found = JSON.parse((await run(home, 'index', 'status', '--json')).out) as object;
    expect(validateIndexStatus(found)).toEqual(valid);
    expect(found).toMatchObject({ threads: 4, files: 4, stale: 0 });
  });
});
