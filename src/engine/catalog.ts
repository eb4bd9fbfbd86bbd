import { discoverRollouts, type Obstacle, type RolloutEntry } from '../store/discover.ts';
import type { Home } from '../store/home.ts';

/** All rollouts of a home by thread and by rollout id, from their names alone. */
export async function loadCatalog(home: Home): Promise<Catalog> {
  const catalog = new Catalog(home);
  for (const found of discoverRollouts(home)) {
    if (found.kind === 'obstacle') catalog.obstacles.push(found);
    else catalog.add(found);
  }
  return catalog;
}

/** Where the files of threads and rollouts are looked up. */
export interface Rollouts {
  readonly home: Home;
  /** The file of a rollout id. */
  rollout(id: string): RolloutEntry | undefined;
  /** The files of a thread, oldest first: one, or more after a revert. */
  thread(id: string): RolloutEntry[];
}

export class Catalog implements Rollouts {
  readonly home: Home;
  /** What stood in the way of the search. */
  readonly obstacles: Obstacle[] = [];
  /** Files that another file of the same rollout id hides. */
  readonly hidden: { entry: RolloutEntry; by: RolloutEntry }[] = [];
  readonly #byRollout = new Map<string, RolloutEntry>();
  readonly #byThread = new Map<string, RolloutEntry[]>();

  constructor(home: Home) {
    this.home = home;
  }

  get threadIds(): IterableIterator<string> {
    return this.#byThread.keys();
  }

  add(entry: RolloutEntry): void {
    const known = this.#byRollout.get(entry.rolloutId);
    if (known) {
      const winner = preferred(known, entry);
      this.hidden.push({ entry: winner === known ? entry : known, by: winner });
      if (winner === entry) this.#byRollout.set(entry.rolloutId, entry);
      // Two threads that claim one rollout keep theirs: neither may vanish because of the other.
      if (known.threadId === entry.threadId) {
        if (winner === known) return;
        this.#remove(known);
      }
    } else this.#byRollout.set(entry.rolloutId, entry);
    const files = this.#byThread.get(entry.threadId);
    if (files) files.push(entry);
    else this.#byThread.set(entry.threadId, [entry]);
  }

  /** The file of a rollout id. */
  rollout(id: string): RolloutEntry | undefined {
    return this.#byRollout.get(id);
  }

  /** The files of a thread, oldest first: one, or more after a revert. */
  thread(id: string): RolloutEntry[] {
    return [...(this.#byThread.get(id) ?? [])].sort(byAge);
  }

  #remove(entry: RolloutEntry): void {
    const others = (this.#byThread.get(entry.threadId) ?? []).filter((file) => file !== entry);
    if (others.length > 0) this.#byThread.set(entry.threadId, others);
    else this.#byThread.delete(entry.threadId);
  }
}

/** Plain wins over compressed, as in Codex; then active over archived; then the path, so that the choice is stable. */
function preferred(a: RolloutEntry, b: RolloutEntry): RolloutEntry {
  if (a.compressed !== b.compressed) return a.compressed ? b : a;
  if (a.archived !== b.archived) return a.archived ? b : a;
  return a.path < b.path ? a : b;
}

/** The thread's own file comes first; the segments after it are named by UUIDv7, which grows with time. */
function byAge(a: RolloutEntry, b: RolloutEntry): number {
  const aIsFirst = a.rolloutId === a.threadId;
  const bIsFirst = b.rolloutId === b.threadId;
  if (aIsFirst !== bIsFirst) return aIsFirst ? -1 : 1;
  return a.rolloutId < b.rolloutId ? -1 : 1;
}
