import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { TestHome } from '../builders.ts';
import { pruneHere, purgeHere, recoverHere, restoreHere } from '../support/keep-here.ts';
import { type CallPoint, findCallPoints, sampleOf } from '../support/kill-points.ts';
import { createRandom } from '../support/random.ts';
import { bystander, contentOf, copyOf, families, makeKeepHome, rolloutsIn, statesIn, victims } from './keep-homes.ts';

/** What a command does in such a home. */
export interface Act {
  name: 'prune' | 'purge' | 'restore';
  names: string[];
  prepare(home: string): Promise<void>;
  /** The same command again, run to its end. */
  again(home: string): Promise<void>;
  end: 'live' | 'trashed' | 'purged';
}

export const acts: Act[] = [
  {
    name: 'prune',
    names: families.map((family) => family.join(',')),
    prepare: async () => {},
    again: async (home) => {
      await recoverHere(home);
      await pruneHere(home, stillLive(home));
    },
    end: 'trashed',
  },
  {
    name: 'purge',
    names: [],
    prepare: async (home) => void (await pruneHere(home, families)),
    again: async (home) => void (await purgeHere(home, 0, { laterMs: 60_000 })),
    end: 'purged',
  },
  {
    name: 'restore',
    names: [],
    prepare: async (home) => void (await pruneHere(home, families)),
    again: async (home) => void (await restoreHere(home, 'all')),
    end: 'live',
  },
];

/**
 * Runs a command in one home after the other, disturbed at another call each time, and once more to its end: then each session
 * has to be in the one place where it belongs, and nothing else may be left.
 *
 * @param disturb runs the command; what it returns is counted
 */
export async function disturbEverywhere(act: Act, options: DisturbOptions): Promise<{ [outcome: string]: number }> {
  const { script, sample, seed, disturb } = options;
  const original = makeKeepHome();
  const before = contentOf(original.path);
  const rig = async () => {
    const home = copyOf(original);
    await act.prepare(home.path);
    return home;
  };
  const command = (home: string) => [process.execPath, script, home, act.name, ...act.names];
  const tally: { [outcome: string]: number } = {};
  try {
    const counted = await rig();
    const found = await findCallPoints(command(counted.path), counted.path);
    const points = found.filter(({ call }) => options.isChosen?.(call) ?? true);
    counted.remove();
    const random = createRandom(seed);
    const chosen = sampleOf(points, sample, random);
    const take = async () => {
      for (let point = chosen.shift(); point; point = chosen.shift()) {
        const home = await rig();
        const where = `${act.name} at ${point.call} ${point.nth}, seed ${seed}`;
        try {
          const done = { home, point, where, command: command(home.path), random, before };
          const outcome = await disturb(done);
          tally[outcome] = (tally[outcome] ?? 0) + 1;
          await act.again(home.path);
          const states = await statesIn(home, before);
          expect(victims.map((id) => states.get(id))).toEqual(victims.map(() => act.end));
          if (act.end === 'trashed') await restoreHere(home.path, 'all');
          const left = [...before].filter(([path]) => act.end !== 'purged' || path.includes(bystander));
          expect([...contentOf(home.path)]).toEqual(left);
        } catch (error) {
          throw new Error(where, { cause: error });
        } finally {
          home.remove();
        }
      }
    };
    await Promise.all([take(), take()]);
    process.stdout.write(`${act.name}, ${points.length} calls, seed ${seed}: ${JSON.stringify(tally)}\n`);
    return tally;
  } finally {
    original.remove();
  }
}

export interface DisturbOptions {
  /** The built `keeping-run`. */
  script: string;
  sample: number;
  /** Which calls by name; all when absent. */
  isChosen?(call: string): boolean;
  seed: number;
  disturb(run: Disturbed): Promise<string>;
}

export interface Disturbed {
  home: TestHome;
  point: CallPoint;
  where: string;
  command: string[];
  random(): number;
  before: ReadonlyMap<string, string>;
}

/** How many rollouts are in the home and in the trash, before anything is brought to its end. */
export function rawState(home: string): string {
  const trash = join(home, '.sessions/trash');
  const txs = existsSync(trash) ? readdirSync(trash) : [];
  const trashed = txs.flatMap((tx) => rolloutsIn(join(trash, tx, 'files')));
  return `${rolloutsIn(home).length}+${trashed.length}`;
}

/** What is still to be pruned: a family that was moved is in the trash already. */
function stillLive(home: string): string[][] {
  const paths = [...contentOf(home).keys()];
  return families.filter((family) => family.some((id) => paths.some((path) => path.includes(`-${id}`))));
}
