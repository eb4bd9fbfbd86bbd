import { statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildScript } from '../support/built.ts';
import { findCallPoints, killAt, spreadOf } from '../support/kill-points.ts';
import { createRandom } from '../support/random.ts';
import { canTrace, injecting, isKilled } from '../support/strace.ts';
import {
  changes,
  commandFor,
  contentOf,
  formsOf,
  leftovers,
  old,
  runCompress,
  type Scene,
  trashed,
  withSession,
} from './compress-rig.ts';
import { isFull } from './recorder-runs.ts';

const seed = Number(process.env.SESSIONS_SEED ?? 1 + (process.pid % 10_000));
const ways: [how: string, from: 'plain' | 'compressed' | 'both', to: string][] = [
  ['compress', 'plain', 'compressed'],
  ['compress', 'both', 'compressed'],
  ['seekable', 'plain', 'compressed'],
  ['recompress', 'compressed', 'compressed'],
  ['decompress', 'compressed', 'plain'],
  ['decompress', 'both', 'plain'],
];

let script: string;
beforeAll(async () => {
  script = await buildScript('compressing-run');
});

describe.skipIf(!canTrace)(`a run that is killed (seed ${seed})`, { timeout: 3_600_000 }, () => {
  it.each(ways)('at any change to the home leaves what was there: %s of what is %s', async (how, from, to) => {
    const points = await withSession(script, from, async (scene) => {
      const found = await findCallPoints(commandFor(scene, how), scene.home.path, changes);
      await expectDone(scene, to, 'whole');
      return found;
    });
    expect(points.length).toBeGreaterThan(20);
    const tally = { none: 0, some: 0, all: 0 };
    const kills = isFull ? points : spreadOf(points, 12, createRandom(seed));
    let killed = 0;
    for (const point of kills) {
      await withSession(script, from, async (scene) => {
        const where = `${how}, ${point.call} ${point.nth}`;
        if (isKilled(await killAt(point, commandFor(scene, how)))) killed++;
        expect([where, await contentOf(scene)]).toEqual([where, scene.content]);
        const done = formsOf(scene).filter((form) => form === to).length;
        tally[how === 'recompress' || done === 0 ? 'none' : done === 1 ? 'some' : 'all']++;
        const again = await runCompress(scene, how);
        expect([where, again.code, again.stderr]).toEqual([where, 0, '']);
        expect([where, again.row?.result]).toEqual([where, expect.stringMatching(/done|unchanged/)]);
        await expectDone(scene, to, where);
      });
    }
    expect(killed).toBeGreaterThan(kills.length * 0.7);
    expect(tally.none).toBeGreaterThan(0);
    const told = `${killed} of ${kills.length} killed, ${points.length} calls: ${JSON.stringify(tally)}`;
    process.stdout.write(`${how} of ${from}: ${told}\n`);
  });
});

describe.skipIf(!canTrace)('a disk that', { timeout: 120_000 }, () => {
  it.each<[what: string, injection: string, only?: string]>([
    ['is full when the copy is written', 'write:error=ENOSPC:when=1+', '.sessions/tmp/act-compress-0'],
    ['is full when the copy is written', 'write:error=ENOSPC:when=1+', '.sessions/tmp/act-decompress-0'],
    ['is full when the journal is written', 'pwrite64:error=ENOSPC:when=1+'],
    ['is full when the copy is flushed', 'fsync:error=ENOSPC:when=2'],
    ['fails at every flush', 'fsync,fdatasync:error=EIO:when=1+'],
    ['has no room for a name', 'link,linkat:error=ENOSPC:when=1+'],
    ['has no room for a folder', 'mkdir:error=ENOSPC:when=2+'],
    ['takes no moves', 'rename,renameat,renameat2:error=EIO:when=1+'],
  ])('%s leaves everything as it was, and says why', async (_, injection, only) => {
    for (const [how, from] of [
      ['compress', 'plain'],
      ['decompress', 'compressed'],
    ] as const) {
      await withSession(script, from, async (scene) => {
        if (only && !only.includes(`act-${how}`)) return;
        const end = await runCompress(scene, how, injecting(injection, only ? [join(scene.home.path, only)] : []));
        expect([how, end.code, end.stderr]).toEqual([how, 2, expect.stringMatching(/no space left|i\/o error/i)]);
        expect(await contentOf(scene)).toEqual(scene.content);
        const again = await runCompress(scene, how);
        expect([how, again.code, again.stderr]).toEqual([how, 0, '']);
        await expectDone(scene, how === 'compress' ? 'compressed' : 'plain', how);
      });
    }
  });

  it.each([1, 3])('takes only %i KiB of a file leaves everything as it was', async (kilobytes) => {
    await withSession(script, 'compressed', async (scene) => {
      const limited = ['bash', '-c', `trap "" XFSZ; ulimit -f ${kilobytes}; exec "$@"`, 'bash'];
      const end = await runCompress(scene, 'decompress', limited);
      expect([end.code, end.stderr]).toEqual([2, expect.stringMatching(/file too large/i)]);
      expect([formsOf(scene), await contentOf(scene)]).toEqual([['compressed', 'compressed'], scene.content]);
      expect(leftovers(scene)).toEqual([]);
    });
  });
});

/** Everything is in its new form and as it was, and what it was made of is in the trash. */
async function expectDone(scene: Scene, to: string, where: string): Promise<void> {
  expect([where, formsOf(scene)]).toEqual([where, [to, to]]);
  expect([where, await contentOf(scene)]).toEqual([where, scene.content]);
  const times = scene.plain.map((path) => statSync(to === 'plain' ? path : `${path}.zst`).mtimeMs);
  for (const time of times) expect([where, Math.round(time)]).toEqual([where, old.getTime()]);
  expect([where, leftovers(scene)]).toEqual([where, []]);
  expect([where, await trashed(scene)]).toEqual([where, expect.arrayContaining(scene.content)]);
}
