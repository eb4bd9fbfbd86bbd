import { toFailure } from '../base/failure.ts';
import { isMissingFile } from '../base/system-error.ts';
import type { RolloutEntry } from '../store/discover.ts';
import type { Rollouts } from './catalog.ts';
import type { Report } from './problem.ts';
import { type Head, type HeadReader, type HistoryBase, readHead } from './read-head.ts';
import type { Content } from './read-records.ts';

/**
 * The files that a thread's recorded history is made of, in order: what it inherits by reference, then its own files, of
 * which there are several after a revert.
 *
 * What is missing, or refers in a circle, is reported and left out.
 */
export async function findThreadParts(
  catalog: Rollouts,
  threadId: string,
  report: Report,
  headOf: HeadReader = readHead,
): Promise<Part[]> {
  const own = catalog.thread(threadId);
  const current = own[own.length - 1];
  if (!current) return [];
  const heads = new Heads(catalog, report, headOf);
  const effective = new Map<string, Cut>();
  for (const link of await heads.chain(current)) effective.set(link.entry.rolloutId, link.cut);

  const parts: Part[] = [];
  const place = (entry: RolloutEntry, recorded: Cut) => {
    if (parts.some((part) => part.path === entry.path)) return;
    parts.push({
      path: entry.path,
      recorded,
      effective: entry === current ? whole : (effective.get(entry.rolloutId) ?? nothing),
      isCurrent: entry === current,
      rolloutId: entry.rolloutId,
      inheritedFrom: entry.threadId === threadId ? null : entry.threadId,
    });
  };
  for (const entry of own) {
    for (const link of await heads.chain(entry)) if (link.entry.threadId !== threadId) place(link.entry, link.cut);
  }
  for (const entry of own) place(entry, whole);
  return parts;
}

/** One file of a thread, and how far into it the thread's history goes. */
export interface Part {
  path: string;
  rolloutId: string;
  /** Up to where the file belongs to this thread's recorded history. */
  recorded: Cut;
  /** Up to where it is still in effect; what is recorded beyond was reverted. */
  effective: Cut;
  /** The file that the thread is being written to. */
  isCurrent: boolean;
  /** The thread that recorded it, when that is another one. */
  inheritedFrom: string | null;
  /** How its content is had, when it is not simply opened: a file that is followed, or standard input. */
  open?: (path: string) => Promise<Content>;
}

/** A point in a file; a record belongs when it stands before it. By ordinal only where no byte offset is known. */
export interface Cut {
  endByte: number;
  endOrdinal: number;
}

export const whole: Cut = { endByte: Number.POSITIVE_INFINITY, endOrdinal: Number.POSITIVE_INFINITY };
const nothing: Cut = { endByte: 0, endOrdinal: 0 };

/** Whether a record at this place stands before the cut. */
export function isWithin(cut: Cut, offset: number, ordinal: number | null): boolean {
  if (Number.isFinite(cut.endByte)) return offset < cut.endByte;
  return ordinal === null || ordinal < cut.endOrdinal;
}

interface Link {
  entry: RolloutEntry;
  cut: Cut;
}

/** Reads each file's head once, and follows `history_base` from file to file. */
class Heads {
  readonly #catalog: Rollouts;
  readonly #report: Report;
  readonly #headOf: HeadReader;
  readonly #heads = new Map<string, Head | null>();
  readonly #reported = new Set<string>();

  constructor(catalog: Rollouts, report: Report, headOf: HeadReader) {
    this.#catalog = catalog;
    this.#report = report;
    this.#headOf = headOf;
  }

  /** The files that `entry` builds on, oldest first, without itself. */
  async chain(entry: RolloutEntry): Promise<Link[]> {
    const links: Link[] = [];
    const seen = new Set([entry.rolloutId]);
    let from = entry;
    for (;;) {
      const base = (await this.#head(from))?.base;
      if (!base) return links;
      if (seen.has(base.rolloutId)) {
        this.#complain(from, 'CYCLE', `its history_base leads back to rollout ${base.rolloutId}`);
        return links;
      }
      const next = this.#catalog.rollout(base.rolloutId);
      if (!next) {
        this.#complain(from, 'DANGLING', `its history_base names rollout ${base.rolloutId}, which is not in this home`);
        return links;
      }
      seen.add(base.rolloutId);
      links.unshift({ entry: next, cut: cutOf(base) });
      from = next;
    }
  }

  async #head(entry: RolloutEntry): Promise<Head | null> {
    let head = this.#heads.get(entry.path);
    if (head === undefined) {
      try {
        head = await this.#headOf(entry.path);
      } catch (error) {
        head = null;
        this.#complain(entry, 'UNREADABLE', toFailure(error).message, isMissingFile(error));
      }
      this.#heads.set(entry.path, head);
    }
    return head;
  }

  #complain(entry: RolloutEntry, rule: string, message: string, isMissing = false): void {
    const key = `${rule} ${entry.path}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.#report({ rule, weight: 'lost', file: entry.path, line: 1, offset: 0, message, isMissing });
  }
}

function cutOf(base: HistoryBase): Cut {
  return {
    endByte: base.endByte ?? Number.POSITIVE_INFINITY,
    endOrdinal: base.endOrdinal ?? Number.POSITIVE_INFINITY,
  };
}
