import type { FileTable } from '../../index/file-table.ts';
import type { RolloutEntry } from '../../store/discover.ts';
import type { Home } from '../../store/home.ts';
import type { Rollouts } from '../catalog.ts';
import { catalogOf } from './catalog-of.ts';

/** The rollouts of a home as the index knows them, looked up one by one. */
export class IndexedRollouts implements Rollouts {
  readonly home: Home;
  readonly #files: FileTable;

  constructor(home: Home, files: FileTable) {
    this.home = home;
    this.#files = files;
  }

  rollout(id: string): RolloutEntry | undefined {
    return catalogOf(this.home, this.#files.filesOfRollout(id)).rollout(id);
  }

  thread(id: string): RolloutEntry[] {
    return catalogOf(this.home, this.#files.filesOfThread(id)).thread(id);
  }
}

/** Notes every id that is asked for: the row that is being made depends on those. */
export class AskedRollouts implements Rollouts {
  readonly home: Home;
  readonly #rollouts: Rollouts;
  readonly #asked = new Set<string>();

  constructor(rollouts: Rollouts) {
    this.home = rollouts.home;
    this.#rollouts = rollouts;
  }

  rollout(id: string): RolloutEntry | undefined {
    this.#asked.add(id);
    return this.#rollouts.rollout(id);
  }

  thread(id: string): RolloutEntry[] {
    this.#asked.add(id);
    return this.#rollouts.thread(id);
  }

  /** What was asked for besides the thread itself. */
  others(threadId: string): string[] {
    return [...this.#asked].filter((id) => id !== threadId);
  }
}
