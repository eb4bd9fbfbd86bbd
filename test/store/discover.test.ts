import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { discoverRollouts, type Obstacle, type RolloutEntry } from '../../src/store/discover.ts';
import { homeAt } from '../../src/store/home.ts';
import { idOf, makeHome, type TestHome } from '../builders.ts';

describe('the rollouts of a home', () => {
  it('are found by date, at any depth and in the archive, newest dates first', async () => {
    const home = makeHome();
    const names = [
      `sessions/rollout-${idOf(1)}.jsonl`,
      `sessions/2026/02/01/rollout-2026-02-01T00-00-00-${idOf(2)}.jsonl`,
      `sessions/2026/01/02/rollout-2026-01-02T03-04-05-${idOf(3)}.jsonl.zst`,
      `sessions/2025/12/31/deeper/and/deeper/rollout-x-${idOf(4)}.jsonl`,
      `archived_sessions/rollout-2026-01-01T00-00-00-${idOf(5)}.jsonl`,
    ];
    for (const name of names) home.write(name, '');
    home.write('sessions/2026/01/02/notes.txt', '');
    home.write(`sessions/2026/01/02/rollout-${idOf(6)}.jsonl.tmp`, '');
    home.write(`rollout-${idOf(7)}.jsonl`, '');
    const { rollouts, obstacles } = await discover(home);
    expect(rollouts.map(({ path }) => path)).toEqual(names.map((name) => join(home.path, name)));
    expect(rollouts.map(({ archived }) => archived)).toEqual([false, false, false, false, true]);
    expect(rollouts[2]).toMatchObject({ threadId: idOf(3), compressed: true, localTime: '2026-01-02T03-04-05' });
    expect(obstacles).toEqual([]);
  });

  it('are none in a home without sessions', async () => {
    expect(await discover(makeHome())).toEqual({ rollouts: [], obstacles: [] });
  });
});

describe('what is in the way', () => {
  it('is named: a symbolic link to a file or to a folder', async () => {
    const home = makeHome();
    const secret = home.write('secret', 'x');
    const folder = dirname(home.write(`elsewhere/rollout-${idOf(1)}.jsonl`, ''));
    const day = dirname(home.write('sessions/2026/01/02/keep', ''));
    symlinkSync(secret, join(day, `rollout-${idOf(2)}.jsonl`));
    symlinkSync(folder, join(day, 'linked'));
    const { rollouts, obstacles } = await discover(home);
    expect(rollouts).toEqual([]);
    expect(obstacles.map(({ rule, path }) => [rule, path]).sort()).toEqual([
      ['SYMLINK', join(day, 'linked')],
      ['SYMLINK', join(day, `rollout-${idOf(2)}.jsonl`)],
    ]);
  });

  it('is named: a pipe and a folder with the name of a rollout', async () => {
    const home = makeHome();
    const day = dirname(home.write('sessions/2026/01/02/keep', ''));
    execFileSync('mkfifo', [join(day, `rollout-${idOf(1)}.jsonl`)]);
    mkdirSync(join(day, `rollout-${idOf(2)}.jsonl`));
    writeFileSync(join(day, `rollout-${idOf(2)}.jsonl`, `rollout-${idOf(3)}.jsonl`), '');
    const { rollouts, obstacles } = await discover(home);
    expect(rollouts).toEqual([]);
    expect(obstacles.map(({ rule }) => rule)).toEqual(['NOT-REGULAR', 'NOT-REGULAR']);
  });

  it('is named: a file where a folder belongs', async () => {
    const home = makeHome();
    home.write('sessions', '');
    expect((await discover(home)).obstacles).toMatchObject([
      { rule: 'NOT-REGULAR', path: join(home.path, 'sessions') },
    ]);
  });

  it.skipIf(process.getuid?.() === 0)('is named: a folder that cannot be read, and the rest is found', async () => {
    const home = makeHome();
    home.write(`sessions/2026/01/01/rollout-${idOf(1)}.jsonl`, '');
    const closed = dirname(home.write(`sessions/2026/01/02/rollout-${idOf(2)}.jsonl`, ''));
    chmodSync(closed, 0);
    const { rollouts, obstacles } = await discover(home);
    chmodSync(closed, 0o700);
    expect(rollouts.map(({ threadId }) => threadId)).toEqual([idOf(1)]);
    expect(obstacles).toMatchObject([{ rule: 'UNREADABLE', path: closed, message: expect.stringContaining('EACCES') }]);
  });
});

async function discover(home: TestHome): Promise<{ rollouts: RolloutEntry[]; obstacles: Obstacle[] }> {
  const rollouts: RolloutEntry[] = [];
  const obstacles: Obstacle[] = [];
  for await (const found of discoverRollouts(homeAt(home.path))) {
    if (found.kind === 'rollout') rollouts.push(found);
    else obstacles.push(found);
  }
  return { rollouts, obstacles };
}
