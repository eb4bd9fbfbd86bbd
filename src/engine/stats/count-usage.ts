import type { SessionResolver } from '../resolve-session.ts';
import type { ThreadUsage } from './read-usage.ts';
import { type StatsRequest, selectUsages } from './select-usages.ts';
import { type StatsKey, type StatsRow, statsRow, toolRows } from './stats-row.ts';
import { addTally, emptyTally, type Tally } from './tally.ts';
import { sharesOf } from './usage-shares.ts';

/**
 * What the selected sessions used, straight from their files: one row in total, or one for each group, the one with the most
 * tokens first (by day: the earliest).
 */
export async function countUsage(sessions: SessionResolver, request: StatsRequest): Promise<StatsRow[]> {
  const groups = new Map<string | null, Tally>();
  for (const { id, usage } of await selectUsages(sessions, request)) {
    usage.problems.forEach(request.report);
    addGroups(groups, id, usage, request.by);
  }
  return rowsOf(groups, request.by);
}

/** Adds a session to the groups that it has a share in. */
export function addGroups(
  groups: Map<string | null, Tally>,
  id: string,
  usage: ThreadUsage,
  by: StatsKey | null,
): void {
  for (const [inner, tally] of sharesOf(usage, by)) {
    const key = outerKey(id, usage, by) ?? inner;
    let sum = groups.get(key);
    if (!sum) {
      sum = emptyTally();
      groups.set(key, sum);
    }
    addTally(sum, tally);
  }
}

export function rowsOf(groups: ReadonlyMap<string | null, Tally>, by: StatsKey | null): StatsRow[] {
  const total = groups.get(null) ?? emptyTally();
  if (by === null) return [statsRow(null, null, total)];
  if (by === 'tool') return toolRows(total).sort((a, b) => b.tool_calls - a.tool_calls || compareKeys(a, b));
  const rows = [...groups].map(([key, tally]) => statsRow(by, key, tally));
  if (by === 'day') return rows.sort(compareKeys);
  return rows.sort((a, b) => (b.tokens?.total_tokens ?? 0) - (a.tokens?.total_tokens ?? 0) || compareKeys(a, b));
}

function outerKey(id: string, { facts }: ThreadUsage, by: StatsKey | null): string | null {
  switch (by) {
    case 'session':
      return id;
    case 'cwd':
      return facts.cwd;
    case 'branch':
      return facts.git_branch;
    case 'source':
      return facts.source;
    default:
      return null;
  }
}

/** By name; what belongs to no group comes last. */
function compareKeys(a: StatsRow, b: StatsRow): number {
  if (a.key === b.key) return 0;
  if (a.key === null || b.key === null) return a.key === null ? 1 : -1;
  return a.key < b.key ? -1 : 1;
}
