import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { isMissingFile, systemReason } from '../../base/system-error.ts';
import type { RolloutEntry } from '../../store/discover.ts';
import { type Home, homeAt } from '../../store/home.ts';
import { OWN_FOLDER } from '../../store/store-lock.ts';
import { type Catalog, loadCatalog, type Rollouts } from '../catalog.ts';

/**
 * The rollouts of a home together with those that lie in its trash: a session that is there may be held, and may be what makes
 * another one an ancestor.
 *
 * @param onDoubt told of a folder that cannot be read: what is in it may be held
 */
export async function findPlaces(catalog: Catalog, onDoubt: (doubt: Failure) => void): Promise<Places> {
  const trashed: Catalog[] = [];
  for (const tx of listTrash(catalog.home, onDoubt))
    trashed.push(await loadCatalog(homeAt(join(trashOf(catalog.home), tx, 'files'))));
  for (const { rule, path, message } of [catalog, ...trashed].flatMap(({ obstacles }) => obstacles)) {
    if (rule === 'UNREADABLE') onDoubt(unknown(path, message));
  }
  return new Places(catalog, trashed);
}

export class Places implements Rollouts {
  readonly home: Home;
  readonly #present: Catalog;
  readonly #trashed: readonly Catalog[];
  readonly #owners = new Map<string, Set<string>>();
  readonly #hidden = new Map<Catalog, Map<string, RolloutEntry[]>>();

  /** @param trashed the last transaction first */
  constructor(present: Catalog, trashed: readonly Catalog[]) {
    this.home = present.home;
    this.#present = present;
    this.#trashed = trashed;
    for (const catalog of [present, ...trashed]) {
      for (const id of catalog.threadIds) for (const file of catalog.thread(id)) this.#own(file);
      const hidden = new Map<string, RolloutEntry[]>();
      this.#hidden.set(catalog, hidden);
      for (const { entry } of catalog.hidden) {
        this.#own(entry);
        const files = hidden.get(entry.threadId);
        if (files) files.push(entry);
        else hidden.set(entry.threadId, [entry]);
      }
    }
  }

  get threadIds(): Set<string> {
    return new Set([this.#present, ...this.#trashed].flatMap(({ threadIds }) => [...threadIds]));
  }

  rollout(id: string): RolloutEntry | undefined {
    return this.#find((catalog) => catalog.rollout(id));
  }

  thread(id: string): RolloutEntry[] {
    return this.#find((catalog) => nonEmpty(catalog.thread(id))) ?? [];
  }

  isPresent(threadId: string): boolean {
    return this.#present.thread(threadId).length > 0;
  }

  /** Every file of a thread, its segments and copies that others of them hide: those in the home, else those in the trash. */
  files(threadId: string): RolloutEntry[] {
    const present = this.#filesIn(this.#present, threadId);
    return present.length > 0 ? present : this.#trashed.flatMap((catalog) => this.#filesIn(catalog, threadId));
  }

  /** Every file in the home and in the trash, also those that others hide. */
  *allFiles(): Generator<{ entry: RolloutEntry; isTrashed: boolean }> {
    for (const catalog of [this.#present, ...this.#trashed]) {
      const isTrashed = catalog !== this.#present;
      for (const id of catalog.threadIds) for (const entry of catalog.thread(id)) yield { entry, isTrashed };
      for (const { entry } of catalog.hidden) yield { entry, isTrashed };
    }
  }

  /** The threads that have a file of this rollout id. */
  ownersOf(rolloutId: string): Iterable<string> {
    return this.#owners.get(rolloutId) ?? [];
  }

  #filesIn(catalog: Catalog, threadId: string): RolloutEntry[] {
    return [...catalog.thread(threadId), ...(this.#hidden.get(catalog)?.get(threadId) ?? [])];
  }

  #own({ rolloutId, threadId }: RolloutEntry): void {
    const owners = this.#owners.get(rolloutId);
    if (owners) owners.add(threadId);
    else this.#owners.set(rolloutId, new Set([threadId]));
  }

  #find<T>(look: (catalog: Catalog) => T | undefined): T | undefined {
    for (const catalog of [this.#present, ...this.#trashed]) {
      const found = look(catalog);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function nonEmpty<T>(list: T[]): T[] | undefined {
  return list.length > 0 ? list : undefined;
}

function trashOf(home: Home): string {
  return join(home.path, OWN_FOLDER, 'trash');
}

/** Their ids grow with time. */
function listTrash(home: Home, onDoubt: (doubt: Failure) => void): string[] {
  try {
    const entries = readdirSync(trashOf(home), { withFileTypes: true });
    return entries
      .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
      .sort()
      .reverse();
  } catch (error) {
    if (!isMissingFile(error)) onDoubt(unknown(trashOf(home), systemReason(error) ?? String(error), error));
    return [];
  }
}

function unknown(file: string, reason: string, cause?: unknown): Failure {
  return new Failure('refused', `what is held cannot be known: ${reason}`, { file, cause });
}
