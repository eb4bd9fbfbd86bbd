import { toFailure } from '../../base/failure.ts';
import type { RolloutEntry } from '../../store/discover.ts';
import type { Catalog } from '../catalog.ts';
import { type HistoryBase, readHead } from '../read-head.ts';

/** What the files of a home refer to. Each head is read once, when it is first asked for. */
export class Lineage {
  readonly #catalog: Catalog;
  readonly #links = new Map<string, Links>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** The file that holds a rollout; undefined when the home has none. */
  rollout(id: string): RolloutEntry | undefined {
    return this.#catalog.rollout(id);
  }

  /** The first file of a thread; undefined when the home has none. */
  thread(id: string): RolloutEntry | undefined {
    return this.#catalog.thread(id)[0];
  }

  async linksOf(entry: RolloutEntry): Promise<Links> {
    let links = this.#links.get(entry.path);
    if (!links) {
      links = await readLinks(entry.path);
      this.#links.set(entry.path, links);
    }
    return links;
  }
}

export interface Links {
  base: HistoryBase | null;
  forkedFrom: string | null;
}

/** A file that cannot be read refers to nothing; another rule speaks of it. */
async function readLinks(path: string): Promise<Links> {
  try {
    const { base, forkedFrom } = await readHead(path);
    return { base, forkedFrom };
  } catch (error) {
    if (toFailure(error) === error || (error as NodeJS.ErrnoException).code !== undefined)
      return { base: null, forkedFrom: null };
    throw error;
  }
}
