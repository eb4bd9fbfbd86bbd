import { defineConfig } from 'vitest/config';

/** Folders that need more than this package: a script of their own runs them. */
const apart = { interop: 'test/interop/**', faults: 'test/faults/**' };

const selections: Record<string, { include: string[]; exclude: string[] }> = {
  test: { include: ['test/**/*.test.ts'], exclude: Object.values(apart) },
  interop: { include: [`${apart.interop}/*.test.ts`], exclude: [] },
  faults: { include: [`${apart.faults}/*.test.ts`], exclude: [] },
  full: { include: ['test/**/*.test.ts'], exclude: [] },
};

export default defineConfig(({ mode }) => ({
  test: { ...selections[mode], testTimeout: 20_000 },
}));
