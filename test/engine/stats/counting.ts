import { systemClock } from '../../../src/base/clock.ts';
import type { Problem } from '../../../src/engine/problem.ts';
import { openSessions, type Target } from '../../../src/engine/resolve-session.ts';
import type { Selectors } from '../../../src/engine/selectors.ts';
import { countUsage } from '../../../src/engine/stats/count-usage.ts';
import type { StatsKey, StatsRow } from '../../../src/engine/stats/stats-row.ts';

export interface Counted {
  rows: StatsRow[];
  problems: Problem[];
}

/** What the sessions of a home used, archived ones included unless the selectors say otherwise. */
export async function countHome(
  home: string,
  by: StatsKey | null = null,
  options: { selectors?: Selectors; targets?: Target[] } = {},
): Promise<Counted> {
  const problems: Problem[] = [];
  const rows = await countUsage(openSessions({ CODEX_HOME: home }, '/'), {
    by,
    targets: options.targets ?? null,
    selectors: options.selectors ?? { archived: 'added' },
    isArchivedGiven: true,
    index: null,
    clock: systemClock,
    signal: new AbortController().signal,
    report: (problem) => problems.push(problem),
  });
  return { rows, problems };
}

/** The additive numbers of rows, added up. */
export function sumOf(rows: readonly StatsRow[]): { [name: string]: number } {
  const sum: { [name: string]: number } = {};
  const add = (name: string, value: number) => {
    sum[name] = (sum[name] ?? 0) + value;
  };
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      if (typeof value === 'number' && name !== 'sessions') add(name, value);
    }
    for (const [name, value] of Object.entries(row.tokens ?? {})) add(name, value);
    for (const [name, value] of Object.entries(row.outcomes)) add(`outcomes ${name}`, value);
    for (const { name: tool, ...numbers } of row.tools) {
      for (const [name, value] of Object.entries(numbers)) add(`${tool} ${name}`, value as number);
    }
  }
  return sum;
}
