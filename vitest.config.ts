import { defineConfig } from 'vitest/config';

/** Folders that need more than this package: a script of their own runs them. */
const apart = { interop: 'test/interop/**', faults: 'test/faults/**', screens: 'test/screens/**' };

/** Milliseconds; only ends what would never come: a machine that has more to do takes many times as long as one that has not. */
const testTimeout = 60_000;

const selections: Record<string, { include: string[]; exclude: string[] }> = {
  test: { include: ['test/**/*.test.{ts,tsx}'], exclude: Object.values(apart) },
  interop: { include: [`${apart.interop}/*.test.ts`], exclude: [] },
  screens: { include: [`${apart.screens}/*.test.ts`], exclude: [] },
  full: { include: ['test/**/*.test.{ts,tsx}'], exclude: [] },
};

/** What is raced against a clock, or wants the machine for itself. */
const timed = ['exec-[hk]*', 'index-processes', 'patch-*', 'prune-race', 'recorder-kill', 'sandbox-*'];
const timedFaults = timed.map((name) => `test/faults/${name}.test.ts`);

const workers: Record<string, object> = {
  // What may be in each other's way without harm. Two cores are not busy with two: tests wait for programs and disks, too.
  test: { maxWorkers: 3 },
  // Terminals wait more than they work.
  screens: { maxWorkers: 4 },
  // Each has a home and a model of its own.
  interop: { maxWorkers: 3, globalSetup: 'test/interop/fetch-codexes.ts' },
  faults: {
    projects: [
      faults('timed', { include: timedFaults, maxWorkers: 1 }, 0),
      faults('others', { include: [`${apart.faults}/*.test.ts`], exclude: timedFaults, maxWorkers: 3 }, 1),
    ],
  },
};

export default defineConfig(({ mode }) => ({
  test: { ...selections[mode], testTimeout, ...workers[mode] },
}));

/** @param place which goes before which: groups run one after the other */
function faults(name: string, which: object, place: number) {
  return { test: { name, testTimeout, sequence: { groupOrder: place }, ...which } };
}
