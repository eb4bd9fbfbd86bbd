import type { Home } from '../../store/home.ts';
import { statIn } from '../../store/home-acts.ts';
import { JOURNAL_NAME } from '../../store/journal-read.ts';
import { OWN_FOLDER } from '../../store/store-lock.ts';
import { TRASH_FOLDER } from '../../store/trash-place.ts';
import { type Catalog, loadCatalog } from '../catalog.ts';
import { type Found, findTrashed } from './find-trashed.ts';
import { openStore } from './open-store.ts';
import type { TrashContext } from './open-trash.ts';
import { readProvenTrash, type TrashItem } from './read-trash.ts';
import { restoreUnits } from './restore.ts';
import { RestoreNeeds } from './restore-needs.ts';
import type { Restored } from './restored.ts';
import { swapBack } from './swap-back.ts';

/**
 * Brings back what is named, or every session that was removed. Nothing is made in a home that has no trash.
 *
 * @param names as `findTrashed` takes them; `all` for every session that was removed
 * @throws Failure `usage` before anything is moved; `busy`, `refused` and `trouble` as `openStore`
 */
export async function restoreSessions(
  home: Home,
  names: readonly string[] | 'all',
  options: RestoreAll,
): Promise<void> {
  const rows = new Rows(options.onResult);
  const onResult = (result: Restored) => rows.take(result);
  // Of a session with several files, one that stays is told of whatever became of the others.
  const tellSwap = (result: Restored) => (result.reason ? options.onResult(result) : rows.take(result));
  const tell = async (all: readonly Found[]) => {
    for (const one of all) for (const outcome of 'outcomes' in one ? one.outcomes : []) await onResult(outcome);
  };
  // Where nothing was ever moved, no store is made to say so.
  if (!statIn(home, `${OWN_FOLDER}/${JOURNAL_NAME}`) && !statIn(home, TRASH_FOLDER)) {
    await tell(find(home, await loadCatalog(home), [], names));
    return;
  }
  const store = await openStore(home, options.context);
  try {
    const catalog = await loadCatalog(home);
    const trash = readProvenTrash(home);
    const found = find(home, catalog, trash, names);
    await tell(found);
    const items = [...new Set(found.flatMap((one) => ('items' in one ? one.items : [])))];
    const needs = new RestoreNeeds(home, catalog, trash);
    const units = [];
    for (const item of items) if (item.kind === 'prune') units.push({ tx: item.tx, unit: await needs.unitOf(item) });
    // What is needed before those that need it: that one of those has to stay is no reason for it to stay. Of a session that was
    // removed twice, what was removed last.
    units.sort((a, b) => a.unit.size - b.unit.size || (a.tx === b.tx ? 0 : a.tx > b.tx ? -1 : 1));
    const rest = { ...options, journal: store.journal, onResult };
    try {
      await restoreUnits(
        home,
        units.map(({ unit }) => unit),
        rest,
      );
    } finally {
      await rows.tellKept();
    }
    const replaced = items.filter(({ kind }) => kind !== 'prune');
    if (replaced.length > 0) await swapBack(home, replaced, { ...rest, onResult: tellSwap });
  } finally {
    store.close();
  }
}

export interface RestoreAll {
  context: TrashContext;
  onProgress?: (done: number, of: number) => void;
  onResult(result: Restored): void | Promise<void>;
}

/** One row for each session: what stayed with one may have come back with another one that needs it. */
class Rows {
  readonly #tell: RestoreAll['onResult'];
  readonly #told = new Set<string>();
  readonly #kept = new Map<string, Restored>();

  constructor(tell: RestoreAll['onResult']) {
    this.#tell = tell;
  }

  async take(result: Restored): Promise<void> {
    const key = `${result.result === 'present' ? '' : result.tx} ${result.thread_id}`;
    if (result.result === 'kept') {
      if (!this.#told.has(key) && !this.#kept.has(key)) this.#kept.set(key, result);
      return;
    }
    this.#kept.delete(key);
    if (this.#told.has(key)) return;
    this.#told.add(key);
    await this.#tell(result);
  }

  /** What came back in no way. */
  async tellKept(): Promise<void> {
    const kept = [...this.#kept];
    this.#kept.clear();
    for (const [key, result] of kept) {
      this.#told.add(key);
      await this.#tell(result);
    }
  }
}

function find(home: Home, catalog: Catalog, items: readonly TrashItem[], names: readonly string[] | 'all'): Found[] {
  if (names === 'all') return [{ items: items.filter(({ kind }) => kind === 'prune') }];
  return names.map((name) => findTrashed(home, catalog, items, name));
}
