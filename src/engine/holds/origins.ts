import { statSync } from 'node:fs';
import { Failure, toFailure } from '../../base/failure.ts';
import { parentOf } from '../parent-thread.ts';
import { type HeadReader, readHead } from '../read-head.ts';
import type { Places } from './places.ts';

/** Tells which threads one comes from, by the heads of all of its files: owners of its bases, what it was forked from, its parent. */
export class Origins {
  readonly #places: Places;
  readonly #headOf: HeadReader;
  readonly #known = new Map<string, Promise<FoundOrigins>>();

  constructor(places: Places, headOf: HeadReader = readHead) {
    this.#places = places;
    this.#headOf = headOf;
  }

  find(threadId: string): Promise<FoundOrigins> {
    let found = this.#known.get(threadId);
    if (!found) {
      found = this.#read(threadId);
      this.#known.set(threadId, found);
    }
    return found;
  }

  async #read(threadId: string): Promise<FoundOrigins> {
    const ids = new Set<string>();
    let doubt: Failure | null = null;
    for (const { path } of this.#places.files(threadId)) {
      try {
        const head = await this.#headOf(path);
        if (head.meta === null && head.dialect !== 'event' && statSync(path).size > 0)
          doubt = unknown(threadId, path, 'it has no session_meta');
        if (head.base) for (const owner of this.#places.ownersOf(head.base.rolloutId)) ids.add(owner);
        // Where the file's own session_meta is lost, the first one that is there is that of what it was copied from.
        for (const id of [head.base?.rolloutId, head.forkedFrom, parentOf(head.meta), head.threadId])
          if (id) ids.add(id);
      } catch (error) {
        doubt = unknown(threadId, path, toFailure(error).message, error);
      }
    }
    ids.delete(threadId);
    return { ids: [...ids], doubt };
  }
}

/** What can be told, and why that may not be all. */
export interface FoundOrigins {
  ids: string[];
  doubt: Failure | null;
}

function unknown(threadId: string, file: string, reason: string, cause?: unknown): Failure {
  return new Failure('refused', `session ${threadId} is held, and what it comes from cannot be told: ${reason}`, {
    ...{ file, cause },
    hint: 'what it comes from is held, too; to repair it, release the hold, and hold it again afterwards',
  });
}
