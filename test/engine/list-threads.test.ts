import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listThreads } from '../../src/engine/list-threads.ts';
import type { Problem } from '../../src/engine/problem.ts';
import type { Selectors } from '../../src/engine/selectors.ts';
import { envelope, idOf, makeHome, record, type TestHome, turn } from '../builders.ts';
import { catalogOf } from './reading.ts';

describe('the list', () => {
  it('is without the archive unless that is asked for', async () => {
    const home = makeHome();
    home.rollout(idOf(1), envelope(record.meta(idOf(1))));
    home.rollout(idOf(2), envelope(record.meta(idOf(2))), { archived: true });
    expect((await list(home)).ids).toEqual([idOf(1)]);
    expect((await list(home, { archived: 'added' })).ids).toEqual([idOf(2), idOf(1)]);
    expect((await list(home, { archived: 'only' })).ids).toEqual([idOf(2)]);
  });

  it('reads only what the folder does not rule out', async () => {
    const home = makeHome();
    home.rollout(idOf(1), envelope(record.meta(idOf(1))));
    home.rollout(idOf(2), envelope(record.meta(idOf(2))), { archived: true });
    expect((await list(home)).progress).toEqual([[1, 1]]);
    expect((await list(home, { archived: 'added' })).progress).toEqual([
      [1, 2],
      [2, 2],
    ]);
  });

  it('has one row for a thread of several files', async () => {
    const home = makeHome();
    home.rollout(idOf(1), envelope(record.meta(idOf(1)), ...turn('a')));
    const path = home.rollout(idOf(1), envelope(record.meta(idOf(1)), ...turn('b')), { segment: idOf(40) });
    const { rows } = await list(home);
    expect(rows).toMatchObject([{ thread_id: idOf(1), path }]);
  });

  it('goes on past what is in the way, and names it', async () => {
    const home = makeHome();
    const path = home.rollout(idOf(1), envelope(record.meta(idOf(1))));
    symlinkSync('/etc/passwd', join(path, '..', `rollout-${idOf(2)}.jsonl`));
    home.write('state_5.sqlite', 'garbage'.repeat(1000));
    const { ids, problems } = await list(home);
    expect(ids).toEqual([idOf(1)]);
    expect(problems.map(({ rule, weight }) => [rule, weight])).toEqual([
      ['SYMLINK', 'note'],
      ['CODEX-DB', 'note'],
    ]);
  });

  it('names a folder that could not be read as a loss', async () => {
    const home = makeHome();
    const catalog = await catalogOf(home);
    catalog.obstacles.push({ kind: 'obstacle', rule: 'UNREADABLE', path: '/x', message: 'cannot be read' });
    const problems: Problem[] = [];
    await listThreads(
      catalog,
      {},
      { now: 0, signal: new AbortController().signal, report: (problem) => problems.push(problem) },
    );
    expect(problems).toMatchObject([{ rule: 'UNREADABLE', weight: 'lost', file: '/x' }]);
  });

  it('stops when it is asked to', async () => {
    const home = makeHome();
    for (const number of [1, 2, 3]) home.rollout(idOf(number), envelope(record.meta(idOf(number))));
    const stop = new AbortController();
    const rows = await listThreads(
      await catalogOf(home),
      {},
      {
        now: Date.now(),
        signal: stop.signal,
        report: () => {},
        onProgress: () => stop.abort(),
      },
    );
    expect(rows.length).toBe(1);
  });
});

async function list(home: TestHome, selectors: Selectors = {}) {
  const problems: Problem[] = [];
  const progress: [number, number][] = [];
  const rows = await listThreads(await catalogOf(home), selectors, {
    now: Date.now(),
    signal: new AbortController().signal,
    report: (problem) => problems.push(problem),
    onProgress: (done, of) => progress.push([done, of]),
  });
  return { rows, ids: rows.map((row) => row.thread_id), problems, progress };
}
