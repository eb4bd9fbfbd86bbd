import type { Family } from './family.ts';

/** A member of a family, and where it stands in its tree. */
export interface Place {
  threadId: string;
  /** The root's is 0. */
  depth: number;
  /** For each level above, the root's first: whether more follow there. */
  above: boolean[];
  /** Whether another one follows below the same session. */
  hasNext: boolean;
}

/**
 * The members of a family, each below the one that it comes from. Depth first and without recursion: a chain of forks may be
 * longer than the stack.
 *
 * @param order sorts those that come from the same session
 */
export function* walkFamily(family: Family, order: (a: string, b: string) => number): Generator<Place> {
  const below = new Map<string, string[]>();
  for (const id of family.members) {
    const stem = family.above(id);
    if (stem === null) continue;
    const others = below.get(stem);
    if (others) others.push(id);
    else below.set(stem, [id]);
  }
  const waiting: Place[] = [{ threadId: family.root, depth: 0, above: [], hasNext: false }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    yield next;
    const { depth, above, hasNext } = next;
    const levels = depth === 0 ? [] : [...above.slice(-MOST_LEVELS), hasNext];
    const children = [...(below.get(next.threadId) ?? [])].sort(order);
    for (const [index, threadId] of [...children.entries()].reverse()) {
      waiting.push({ threadId, depth: depth + 1, above: levels, hasNext: index < children.length - 1 });
    }
  }
}

/** Deeper ones are drawn no further to the right. */
const MOST_LEVELS = 11;
