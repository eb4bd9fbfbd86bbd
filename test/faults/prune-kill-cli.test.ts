import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { homeAt } from '../../src/store/home.ts';
import { verifyJournal } from '../../src/store/journal-read.ts';
import { findCallPoints, killAt, sampleOf } from '../support/kill-points.ts';
import { createRandom } from '../support/random.ts';
import { canTrace, isKilled } from '../support/strace.ts';
import { contentOf, leftovers, rolloutsIn } from './keep-homes.ts';
import { isFull } from './recorder-runs.ts';

const corpus = process.env.SESSIONS_CORPUS;
const seed = Number(process.env.SESSIONS_SEED ?? 1 + (process.pid % 10_000));
const program = join(import.meta.dirname, '../../bin/sessions.js');
const prune = ['prune', '--keep-last', '28', '--no-purge'];
const purge = ['prune', '--purge', '--grace', '0', '--yes'];
const restore = ['restore', '--all'];

/** Commands on a home that Codex 0.169 has made, with its databases. */
const acts = [
  { name: 'prune', before: [], run: prune, isEnd: (home: string) => txsIn(home).length > 0 },
  { name: 'restore', before: [prune], run: restore, isEnd: (home: string) => txsIn(home).length === 0 },
  { name: 'purge', before: [prune], run: purge, isEnd: (home: string) => txsIn(home).length === 0 },
];

describe.skipIf(!canTrace || !corpus)(
  `the program killed in a home of Codex (seed ${seed})`,
  { timeout: 3_600_000 },
  () => {
    it.each(acts)('$name is brought to its end by the next run, and proved', async ({ name, before, run, isEnd }) => {
      const original = copyOf(join(corpus as string, '0.169.0'));
      // A corpus that was put here a moment ago looks as if somebody was still at it.
      const hoursAgo = Date.now() / 1000 - 2 * 3600;
      for (const file of rolloutsIn(original)) utimesSync(file, hoursAgo, hoursAgo);
      try {
        const content = contentOf(original);
        for (const args of before) sessions(original, args);
        const trashTx = txsIn(original)[0];
        const counted = copyOf(original);
        const points = await findCallPoints(command(counted, run), counted);
        expect(points.length).toBeGreaterThan(20);
        rmSync(counted, { recursive: true });
        const random = createRandom(seed);
        // Most writes of a purge are those of SQLite.
        const inDatabases = points.filter(({ call }) => ['pwrite64', 'fdatasync', 'ftruncate'].includes(call));
        const chosen = [
          ...sampleOf(points, isFull ? 200 : 6, random),
          ...sampleOf(inDatabases, isFull ? 200 : 6, random),
        ];
        let killed = 0;
        for (const point of chosen) {
          const home = copyOf(original);
          const where = `${name} at ${point.call} ${point.nth}, seed ${seed}`;
          try {
            const end = await killAt(point, command(home, run));
            if (isKilled(end)) killed++;
            sessions(home, run);
            expect([where, isEnd(home), verifyJournal(homeAt(home)).ok, leftovers(home)]).toEqual([
              where,
              true,
              true,
              [],
            ]);
            for (const tx of new Set([trashTx, ...txsIn(home)])) if (tx) sessions(home, ['prune', '--verify', tx]);
            if (name === 'prune') sessions(home, restore);
            if (name !== 'purge') expect([...contentOf(home)]).toEqual([...content]);
          } catch (error) {
            throw new Error(where, { cause: error });
          } finally {
            rmSync(home, { recursive: true });
          }
        }
        process.stdout.write(`${name}: ${killed} of ${chosen.length} killed, ${points.length} calls\n`);
        expect(killed).toBeGreaterThan(chosen.length * 0.7);
      } finally {
        rmSync(original, { recursive: true });
      }
    });
  },
);

function command(home: string, args: readonly string[]): string[] {
  return ['env', `CODEX_HOME=${home}`, process.execPath, program, ...args];
}

/** Runs the program to its end, which has to be a good one. */
function sessions(home: string, args: readonly string[]): void {
  const [file = '', ...rest] = command(home, args);
  const { status, stdout, stderr } = spawnSync(file, rest, { encoding: 'utf8' });
  expect([args, status, status === 0 ? '' : stdout + stderr]).toEqual([args, 0, '']);
}

function copyOf(from: string): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'sessions-kill-')));
  cpSync(from, path, { recursive: true, preserveTimestamps: true });
  spawnSync('chmod', ['-R', 'u+w', path]);
  return path;
}

function txsIn(home: string): string[] {
  const folder = join(home, '.sessions/trash');
  return existsSync(folder) ? readdirSync(folder) : [];
}
