import { familyOf } from '../spawned.ts';

/** What a session says of where it comes from; ids in lower case. */
export interface Link {
  forkedFrom: string | null;
  /** For a sub-agent or a review: the session that started it. */
  parent: string | null;
}

/** A session with everything that it comes from, and everything that comes from any of those. */
export interface Family {
  asked: string;
  /** The first of all: itself perhaps no longer there. */
  root: string;
  /** From the root down to the one above the session that was asked for. */
  ancestors: string[];
  /** Everybody, the root and the asked-for session included. */
  members: string[];
  /** The session that one stands below in the tree; null for the root. */
  above(threadId: string): string | null;
  /** Sessions whose origins lead back to themselves, where that was noticed. */
  circles: string[];
}

/**
 * Gathers a family from what each session says of its own origin. Every session stands below one other at most: the one that it
 * was forked from, else the one that started it. One that is no longer there is preferred to none.
 *
 * @param links of the sessions that come from another one
 * @param isKnown whether a session is there
 */
export function gatherFamily(
  asked: string,
  links: ReadonlyMap<string, Link>,
  isKnown: (threadId: string) => boolean,
): Family {
  const stems = new Map<string, string>();
  const below = new Map<string, string[]>();
  const circles: string[] = [];
  for (const [id, link] of links) {
    const stem = stemOf(id, link, isKnown);
    if (stem !== null) {
      stems.set(id, stem);
      below.set(stem, [...(below.get(stem) ?? []), id]);
    } else if (link.forkedFrom === id || link.parent === id) circles.push(id);
  }
  const ancestors: string[] = [];
  const seen = new Set([asked]);
  let root = asked;
  for (let next = stems.get(asked); next !== undefined; next = stems.get(next)) {
    if (seen.has(next)) {
      circles.push(root);
      break;
    }
    seen.add(next);
    ancestors.unshift(next);
    root = next;
  }
  const members = familyOf(root, (id) => below.get(id) ?? []);
  const among = new Set(members);
  return {
    asked,
    root,
    ancestors,
    members,
    above: (id) => (id === root ? null : (stems.get(id) ?? null)),
    circles: circles.filter((id) => among.has(id)),
  };
}

function stemOf(id: string, { forkedFrom, parent }: Link, isKnown: (threadId: string) => boolean): string | null {
  const origins = [forkedFrom, parent].filter((origin): origin is string => origin !== null && origin !== id);
  return origins.find(isKnown) ?? origins[0] ?? null;
}
