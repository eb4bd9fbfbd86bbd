import type { Reason, Reference } from './plan.ts';
import type { Survey } from './survey.ts';

/** Who needs whom among the sessions of a home. */
export interface Graph {
  /** Thread id to the threads that must stay as long as it stays, with how it refers to each. */
  needs: Map<string, Map<string, Set<Reference>>>;
  /** Thread id to the threads that it was spawned by, as far as they are there. */
  spawners: Map<string, string[]>;
}

/**
 * The references between threads. A history that goes through a rollout needs every thread that has a file of that id, and the
 * thread of that id; a session and the sub-agents that it has spawned need each other. A fork that holds a copy needs nothing.
 */
export function buildGraph({ threads, owners }: Pick<Survey, 'threads' | 'owners'>): Graph {
  const graph: Graph = { needs: new Map(), spawners: new Map() };
  const add = (from: string, to: string, how: Reference) => {
    if (from === to || !threads.has(to)) return;
    const targets = graph.needs.get(from) ?? new Map<string, Set<Reference>>();
    graph.needs.set(from, targets.set(to, (targets.get(to) ?? new Set()).add(how)));
  };
  for (const [threadId, { files, spawners }] of threads) {
    for (const base of files.flatMap(({ bases }) => bases)) {
      for (const owner of owners.get(base) ?? []) add(threadId, owner, 'history');
      add(threadId, base, 'history');
    }
    const present = spawners.filter((id) => threads.has(id));
    graph.spawners.set(threadId, present);
    for (const spawner of present) {
      add(threadId, spawner, 'spawned');
      add(spawner, threadId, 'parent');
    }
  }
  return graph;
}

/**
 * Keeps what a session that stays needs, and what that needs, until nothing changes.
 *
 * @param going ids of those that are to go; those that have to stay are taken out
 * @param staying ids of those that stay, as far as something in `going` may depend on them
 */
export function keepReferenced(going: Set<string>, staying: Iterable<string>, { needs }: Pick<Graph, 'needs'>): void {
  const queue = [...staying];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const needed of needs.get(id)?.keys() ?? []) if (going.delete(needed)) queue.push(needed);
  }
}

/** Thread id to why it is needed: by sessions that stay, one reason for each kind of reference. */
export function referencesFrom(staying: Iterable<string>, { needs }: Pick<Graph, 'needs'>): Map<string, Reason[]> {
  const by = new Map<string, Map<Reference, string[]>>();
  for (const id of staying) {
    for (const [needed, hows] of needs.get(id) ?? []) {
      const reasons = by.get(needed) ?? new Map<Reference, string[]>();
      by.set(needed, reasons);
      for (const how of hows) {
        const ids = reasons.get(how);
        if (ids) ids.push(id);
        else reasons.set(how, [id]);
      }
    }
  }
  const inOrder: Reference[] = ['history', 'spawned', 'parent'];
  return new Map(
    [...by].map(([id, reasons]) => [
      id,
      inOrder.flatMap((how): Reason[] => {
        const ids = reasons.get(how);
        return ids ? [{ code: 'referenced', how, by: ids.sort() }] : [];
      }),
    ]),
  );
}

/** Thread id to those among `ids` that need it. */
export function dependentsOf(ids: ReadonlySet<string>, { needs }: Pick<Graph, 'needs'>): Map<string, string[]> {
  const dependents = new Map<string, string[]>();
  for (const id of ids) {
    for (const needed of needs.get(id)?.keys() ?? []) {
      const known = dependents.get(needed);
      if (known) known.push(id);
      else dependents.set(needed, [id]);
    }
  }
  return dependents;
}

/** Groups of threads that are connected, in the order of their first members. */
export function groupsOf(ids: readonly string[], neighbours: (id: string) => Iterable<string>): string[][] {
  const linked = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const id of ids) {
    for (const other of neighbours(id)) {
      linked.get(id)?.push(other);
      linked.get(other)?.push(id);
    }
  }
  const seen = new Set<string>();
  const groups: string[][] = [];
  for (const id of ids) {
    if (seen.has(id)) continue;
    const group = new Set([id]);
    // A set grows while it is walked through.
    for (const member of group) for (const other of linked.get(member) ?? []) if (linked.has(other)) group.add(other);
    for (const member of group) seen.add(member);
    groups.push([...group]);
  }
  return groups;
}
