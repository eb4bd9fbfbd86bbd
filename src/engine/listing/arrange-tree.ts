import type { ThreadRow } from '../../model/thread-row.ts';

/** A row, and where it stands below others. */
export interface Branch {
  row: ThreadRow;
  /** For each level above the row's own branch, the root's first: whether more branches follow there. */
  above: boolean[];
  /** Whether another branch of the same stem follows. False for a root. */
  hasNext: boolean;
  isRoot: boolean;
}

/**
 * Puts each session below the one that it was forked from, or whose sub-agent it is, where that one is among the rows;
 * roots and branches stay in the order that they came in. Every row comes exactly once, also when their origins run in a
 * circle.
 */
export function* arrangeTree(rows: readonly ThreadRow[]): Generator<Branch> {
  const known = new Set(rows.map(({ thread_id }) => thread_id));
  const branches = new Map<string, ThreadRow[]>();
  const roots: ThreadRow[] = [];
  for (const row of rows) {
    const stem = stemOf(row, known);
    const others = stem === null ? roots : branches.get(stem);
    if (others) others.push(row);
    else branches.set(stem as string, [row]);
  }
  const given = new Set<string>();
  for (const row of roots) yield* walk(row, branches, given);
  // What is left runs in circles, each of which is cut where it comes first.
  for (const row of rows) if (!given.has(row.thread_id)) yield* walk(row, branches, given);
}

/** Depth first, without recursion: a chain of forks may be longer than the stack. */
function* walk(root: ThreadRow, branches: ReadonlyMap<string, ThreadRow[]>, given: Set<string>): Generator<Branch> {
  const waiting: Branch[] = [{ row: root, above: [], hasNext: false, isRoot: true }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    given.add(next.row.thread_id);
    yield next;
    const { above, hasNext, isRoot } = next;
    const levels = isRoot ? [] : [...above.slice(-MOST_LEVELS), hasNext];
    const children = (branches.get(next.row.thread_id) ?? []).filter(({ thread_id }) => !given.has(thread_id));
    for (const [index, row] of [...children.entries()].reverse()) {
      waiting.push({ row, above: levels, hasNext: index < children.length - 1, isRoot: false });
    }
  }
}

function stemOf(row: ThreadRow, known: ReadonlySet<string>): string | null {
  const origins = [row.forked_from_id, row.parent_thread_id];
  return origins.find((id): id is string => id !== null && id !== row.thread_id && known.has(id)) ?? null;
}

/** Deeper ones are drawn no further to the right. */
const MOST_LEVELS = 11;
