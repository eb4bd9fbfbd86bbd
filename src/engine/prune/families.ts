import { dependentsOf, type Graph, groupsOf } from './graph.ts';
import type { PlanSession } from './plan.ts';

/**
 * The sessions that go, in groups that must go together; in each, what needs another comes before that, so that none is ever left
 * without what it needs.
 */
export function orderFamilies(sessions: readonly PlanSession[], graph: Graph): PlanSession[][] {
  const going = new Map(
    sessions.flatMap((session) => (session.action === 'remove' ? [[session.thread_id, session]] : [])),
  );
  const ids = [...going.keys()];
  const needed = (id: string) => [...(graph.needs.get(id)?.keys() ?? [])].filter((other) => going.has(other));
  const dependents = dependentsOf(new Set(ids), graph);
  const toSession = (id: string) => going.get(id) as PlanSession;
  return groupsOf(ids, needed).map((group) => dependentsFirst(group, dependents).map(toSession));
}

/** Where some need each other, they stand in any order. */
export function dependentsFirst(
  group: readonly string[],
  dependents: ReadonlyMap<string, readonly string[]>,
): string[] {
  const ordered = new Set<string>();
  const entered = new Set<string>();
  // Not by recursion: a chain of forks may be long.
  for (const start of group) {
    const stack = [start];
    for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
      const open = entered.has(id) ? [] : (dependents.get(id) ?? []).filter((other) => !entered.has(other));
      entered.add(id);
      if (open.length > 0) stack.push(...open);
      else {
        ordered.add(id);
        stack.pop();
      }
    }
  }
  return [...ordered];
}
