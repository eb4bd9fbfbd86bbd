import { readPlainUsage } from '../stats/read-usage.ts';
import { toUsageText } from '../stats/usage-text.ts';

/** The usage of some sessions, each from its one file and as text; null for one that takes more than that. */
export function* readUsages({ paths }: StatsJob): Generator<(string | null)[]> {
  yield paths.map((path) => {
    const usage = readPlainUsage(path);
    return usage && toUsageText(usage);
  });
}

export interface StatsJob {
  paths: string[];
}
