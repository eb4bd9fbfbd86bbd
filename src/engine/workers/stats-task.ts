import { readPlainUsage, type ThreadUsage } from '../stats/read-usage.ts';
import type { InnerKey } from '../stats/usage-fold.ts';

/** The usage of some sessions, each from its one file; null for one that takes more than that. */
export function* readUsages({ inner, paths }: StatsJob): Generator<(ThreadUsage | null)[]> {
  yield paths.map((path) => readPlainUsage(path, inner));
}

export interface StatsJob {
  inner: InnerKey;
  paths: string[];
}
