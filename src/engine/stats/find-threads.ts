import type { Catalog } from '../catalog.ts';
import type { Selectors } from '../selectors.ts';

/** A thread whose usage is asked for. */
export interface FoundThread {
  id: string;
  archived: boolean;
  /** Its last file. */
  path: string;
  /** Whether that is its only one. */
  isSingle: boolean;
}

/**
 * The threads to read: those that were named, or all that their folder does not rule out.
 *
 * @param named ids; null for all threads of the catalog
 */
export function findThreads(catalog: Catalog, named: string[] | null, selectors: Selectors): FoundThread[] {
  const found = (named ?? [...catalog.threadIds]).map((id) => {
    const files = catalog.thread(id);
    const last = files.at(-1);
    return { id, archived: last?.archived ?? false, path: last?.path ?? '', isSingle: files.length === 1 };
  });
  return named ? found : found.filter(({ archived }) => isWanted(archived, selectors));
}

function isWanted(archived: boolean, selectors: Selectors): boolean {
  return selectors.archived === 'only' ? archived : selectors.archived === 'added' || !archived;
}
