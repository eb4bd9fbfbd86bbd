import { dependentsFirst } from './families.ts';
import { dependentsOf, type Graph } from './graph.ts';
import type { ThreadFacts } from './survey.ts';

/**
 * Which of the sessions that could go have to, the oldest first, until the others fit. A session is as old as the youngest that needs
 * it: those go first.
 *
 * @param going ids of those that could go; whatever needs one of them is among them
 * @param total bytes of all sessions of the home
 * @returns those that go; whatever needs one of them is among them
 */
export function fitTotal(
  going: ReadonlySet<string>,
  threads: ReadonlyMap<string, ThreadFacts>,
  graph: Graph,
  { total, limit }: { total: number; limit: number },
): Set<string> {
  const chosen = new Set<string>();
  let left = total;
  const dependents = dependentsOf(going, graph);
  for (const id of oldestFirst(going, threads, graph)) {
    if (left <= limit) break;
    const group = new Set([id]);
    // A set grows while it is walked through.
    for (const member of group) for (const other of dependents.get(member) ?? []) group.add(other);
    for (const member of group) {
      if (chosen.has(member)) continue;
      chosen.add(member);
      left -= (threads.get(member) as ThreadFacts).sizeBytes;
    }
  }
  return chosen;
}

/** What needs another session comes before it, and both are as old as the youngest of those. */
function oldestFirst(going: ReadonlySet<string>, threads: ReadonlyMap<string, ThreadFacts>, graph: Graph): string[] {
  const ageOf = (id: string) => (threads.get(id) as ThreadFacts).ageMs;
  const youngestFirst = [...going].sort((a, b) => ageOf(b) - ageOf(a) || (a < b ? 1 : -1));
  const seen = new Set<string>();
  const groups = youngestFirst.map((id) => {
    const group = new Set(seen.has(id) ? [] : [id]);
    // A set grows while it is walked through.
    for (const member of group) {
      seen.add(member);
      for (const other of graph.needs.get(member)?.keys() ?? []) {
        if (going.has(other) && !seen.has(other)) group.add(other);
      }
    }
    return group.size < 2 ? [...group] : dependentsFirst([...group], dependentsOf(group, graph));
  });
  return groups.reverse().flat();
}
