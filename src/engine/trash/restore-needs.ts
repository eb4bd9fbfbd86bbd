import { join } from 'node:path';
import type { Home } from '../../store/home.ts';
import type { Catalog } from '../catalog.ts';
import { spawnerOf } from '../parent-thread.ts';
import { rolloutIdsOf } from '../purge/rollout-ids.ts';
import { readHead } from '../read-head.ts';
import type { TrashItem } from './read-trash.ts';

/** Why a session comes back. */
export type Because = 'asked' | 'history' | 'spawned' | 'parent';

/** What comes back together, the first one being what was asked for. */
export type RestoreUnit = Map<TrashItem, { because: Because; by: string | null }>;

/**
 * Adds what sessions in the trash need to work once they are back: the files that their histories go through, and the
 * sub-agents and the parent that went by the same transaction.
 */
export class RestoreNeeds {
  readonly #home: Home;
  readonly #catalog: Catalog;
  readonly #sessions: readonly TrashItem[];
  readonly #byRollout = new Map<string, TrashItem>();
  readonly #heads = new Map<TrashItem, Promise<Needs>>();
  readonly #families = new Map<string, Promise<Families>>();

  /** @param items everything in the trash, the last transaction last */
  constructor(home: Home, catalog: Catalog, items: readonly TrashItem[]) {
    this.#home = home;
    this.#catalog = catalog;
    this.#sessions = items.filter(({ kind }) => kind === 'prune');
    for (const item of this.#sessions) for (const id of rolloutIdsOf(item.files)) this.#byRollout.set(id, item);
  }

  async unitOf(item: TrashItem): Promise<RestoreUnit> {
    const unit: RestoreUnit = new Map([[item, { because: 'asked', by: null }]]);
    // A map grows while it is walked through.
    for (const member of unit.keys()) {
      const by = member.threadId;
      for (const [needed, because] of await this.#neighbours(member)) {
        if (!unit.has(needed)) unit.set(needed, { because, by });
      }
    }
    return unit;
  }

  async #neighbours(item: TrashItem): Promise<[TrashItem, Because][]> {
    const found: [TrashItem, Because][] = [];
    const { bases, spawners } = await this.#needs(item);
    for (const base of bases) {
      const owner = this.#catalog.rollout(base) ? undefined : this.#byRollout.get(base);
      if (owner) found.push([owner, 'history']);
    }
    const { parents, spawned } = await this.#familiesOf(item.tx);
    for (const spawner of spawners) for (const parent of parents.get(spawner) ?? []) found.push([parent, 'parent']);
    for (const child of spawned.get(item.threadId) ?? []) found.push([child, 'spawned']);
    return found.filter(([other]) => other !== item);
  }

  /** The sessions of a transaction, by their ids and by those of the sessions that have spawned them. */
  #familiesOf(tx: string): Promise<Families> {
    const known = this.#families.get(tx) ?? this.#readFamilies(tx);
    this.#families.set(tx, known);
    return known;
  }

  async #readFamilies(tx: string): Promise<Families> {
    const families: Families = { parents: new Map(), spawned: new Map() };
    for (const item of this.#sessions) {
      if (item.tx !== tx) continue;
      add(families.parents, item.threadId, item);
      for (const spawner of (await this.#needs(item)).spawners) add(families.spawned, spawner, item);
    }
    return families;
  }

  #needs(item: TrashItem): Promise<Needs> {
    const known = this.#heads.get(item) ?? readNeeds(this.#home, item);
    this.#heads.set(item, known);
    return known;
  }
}

type ById = Map<string, TrashItem[]>;

interface Families {
  parents: ById;
  spawned: ById;
}

function add(items: ById, id: string, item: TrashItem): void {
  const known = items.get(id);
  if (known) known.push(item);
  else items.set(id, [item]);
}

interface Needs {
  bases: string[];
  spawners: string[];
}

async function readNeeds(home: Home, { files }: TrashItem): Promise<Needs> {
  const needs: Needs = { bases: [], spawners: [] };
  for (const { place } of files) {
    try {
      const { base, meta } = await readHead(join(home.path, place));
      if (base) needs.bases.push(base.rolloutId);
      const spawner = spawnerOf(meta);
      if (spawner) needs.spawners.push(spawner);
    } catch {
      // What cannot be read comes back as it is, and says nothing of what it needs.
    }
  }
  return needs;
}
