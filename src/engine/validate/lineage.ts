import { toFailure } from '../../base/failure.ts';
import type { RolloutEntry } from '../../store/discover.ts';
import type { Catalog } from '../catalog.ts';
import { type HistoryBase, readHead } from '../read-head.ts';

/** What the files of a home refer to. The home is searched, and each head read, once and when it is first asked for. */
export class Lineage {
  readonly #open: () => Promise<Catalog>;
  #catalog: Promise<Catalog> | null = null;
  readonly #links = new Map<string, Links>();

  constructor(open: () => Promise<Catalog>) {
    this.#open = open;
  }

  /** The file that holds a rollout; undefined when the home has none. */
  async rollout(id: string): Promise<RolloutEntry | undefined> {
    return (await this.#home()).rollout(id);
  }

  /** The first file of a thread; undefined when the home has none. */
  async thread(id: string): Promise<RolloutEntry | undefined> {
    return (await this.#home()).thread(id)[0];
  }

  async linksOf(entry: RolloutEntry): Promise<Links> {
    let links = this.#links.get(entry.path);
    if (!links) {
      links = await readLinks(entry.path);
      this.#links.set(entry.path, links);
    }
    return links;
  }

  #home(): Promise<Catalog> {
    this.#catalog ??= this.#open();
    return this.#catalog;
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
