import { spawn } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { homeAt } from '../../src/store/home.ts';
import { lockStore } from '../../src/store/store-lock.ts';
import { buildScript } from '../support/built.ts';
import { pruneHere, recoverHere, restoreHere } from '../support/keep-here.ts';
import { failAt, signalAt, type TracedEnd } from '../support/kill-points.ts';
import { finish } from '../support/run-program.ts';
import { canTrace } from '../support/strace.ts';
import { contentOf, families, makeKeepHome, statesIn, victims } from './keep-homes.ts';
import { acts, disturbEverywhere } from './keep-rig.ts';
import { isFull } from './recorder-runs.ts';

let script: string;
beforeAll(async () => {
  script = await buildScript('keeping-run');
});

const seed = Number(process.env.SESSIONS_SEED ?? 1 + (process.pid % 10_000));
const sample = isFull ? Number.POSITIVE_INFINITY : 7;
const full = { timeout: 3_600_000 };

describe.skipIf(!canTrace)(`a home on a disk that fails (seed ${seed})`, full, () => {
  const errors = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EXDEV'];
  const cases = acts.flatMap((act) => errors.map((error) => ({ act, error, name: act.name })));
  it.each(cases)('keeps each session in one place when a call of $name fails with $error', async ({ act, error }) => {
    await disturbEverywhere(act, {
      ...{ script, sample, seed, isChosen },
      disturb: async ({ home, point, command, random, before }) => {
        const end = await failAt(point, error, command, random() < 0.5);
        expect(end).toMatchObject({ signal: null });
        expect([0, 1, 2, 3, 4]).toContain(end.code);
        // Who is told that it went well finds that it did.
        if (end.code !== 0) expect(end.stderr).not.toBe('');
        else if (act.name !== 'purge') expect(told(end)).toEqual([...victims].sort());
        await recoverHere(home.path);
        const states = await statesIn(home, before);
        const others = act.end === 'trashed' ? 'live' : 'trashed';
        expect(
          [...states.values()].filter((state) => state !== act.end && state !== others && state !== 'live'),
        ).toEqual([]);
        if (end.code === 0) for (const id of victims) expect([id, states.get(id)]).toEqual([id, act.end]);
        return `exit ${end.code}`;
      },
    });
  });
});

describe.skipIf(!canTrace)(`a home whose command is asked to stop (seed ${seed})`, full, () => {
  const signals = { INT: 130, TERM: 143, HUP: 129 } as const;
  const cases = acts.flatMap((act) =>
    Object.entries(signals).map(([signal, code]) => ({ act, signal, code, name: act.name })),
  );
  it.each(cases)('is in order after $name and SIG$signal, at any call', async ({ act, signal, code }) => {
    await disturbEverywhere(act, {
      ...{ script, sample, seed, isChosen },
      disturb: async ({ home, point, command, before }) => {
        const end = await signalAt(point, signal, command);
        expect([code, 0]).toContain(end.code);
        // Nothing is left for the next command to do.
        await statesIn(home, before);
        return `exit ${end.code}`;
      },
    });
  });
});

describe('a home that somebody else works on', { timeout: 60_000 }, () => {
  it('is pruned by one command at a time', async () => {
    const home = makeKeepHome();
    try {
      const before = contentOf(home.path);
      const lock = lockStore(homeAt(home.path));
      await expect(pruneHere(home.path, families)).rejects.toMatchObject({ kind: 'busy', exit: 5 });
      const start = () => spawn(process.execPath, [script, home.path, 'prune', families[0]?.join(',') ?? '']);
      expect(await finish(start())).toMatchObject({ code: 5 });
      lock.release();
      const ends = await Promise.all([1, 2, 3].map(() => finish(start())));
      const codes = ends.map(({ code }) => code).sort();
      expect(codes[0]).toBe(0);
      expect(codes.filter((code) => code !== 0 && code !== 5)).toEqual([]);
      await statesIn(home, before);
    } finally {
      home.remove();
    }
  });

  it('may have 32 files open', async () => {
    const home = makeKeepHome();
    try {
      const before = contentOf(home.path);
      const limited = ['-c', 'ulimit -n 32; exec "$@"', 'bash', process.execPath, script, home.path];
      const names = families.map((family) => family.join(','));
      for (const [act, ...rest] of [['prune', ...names], ['restore']]) {
        const end = await finish(spawn('bash', [...limited, act as string, ...rest]));
        expect([act, end.code, end.stderr]).toEqual([act, 0, '']);
      }
      expect(contentOf(home.path)).toEqual(before);
    } finally {
      home.remove();
    }
  });

  it.skipIf(process.getuid?.() !== 0)(
    'may belong to another user, and be readable by all; what is ours is not',
    async () => {
      const home = makeKeepHome();
      try {
        for (const path of ['', ...readdirSync(home.path, { recursive: true, encoding: 'utf8' })]) {
          chownSync(join(home.path, path), 1234, 1234);
          if (lstatSync(join(home.path, path)).isDirectory()) chmodSync(join(home.path, path), 0o755);
        }
        const before = contentOf(home.path);
        await pruneHere(home.path, families);
        const own = [
          '.sessions',
          ...readdirSync(join(home.path, '.sessions'), { recursive: true, encoding: 'utf8' }).map(
            (path) => `.sessions/${path}`,
          ),
        ];
        for (const path of own.filter((one) => !/rollout-/.test(one))) {
          const { mode } = lstatSync(join(home.path, path));
          expect([path, (mode & 0o077).toString(8)]).toEqual([path, '0']);
        }
        await restoreHere(home.path, 'all');
        expect(contentOf(home.path)).toEqual(before);
      } finally {
        home.remove();
      }
    },
  );
});

/** Node itself writes to wake its threads, a different number of times in each run; our own writes name their place. */
const isChosen = (call: string) => call !== 'write';

function told({ stdout }: TracedEnd): string[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).thread_id as string)
    .sort();
}
