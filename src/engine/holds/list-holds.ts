import type { Hold, HoldQuery } from '../../store/holds.ts';
import type { Home } from '../../store/home.ts';
import { readAllHolds } from './survey-holds.ts';

/** A hold as it stands. Schema: `schemas/hold-row.schema.json`. */
export interface HoldRow {
  schema: 'sessions.hold-row/1';
  hold_id: string;
  matter: string;
  who: string;
  at: string;
  query: HoldQuery | null;
  sessions: number;
  ancestors: number;
  released: { who: string; at: string; reason: string } | null;
}

/**
 * The holds in force, oldest first; nothing is written.
 *
 * @param all those that were released, too
 * @throws Failure `refused` for a damaged file, or one from which holds are gone
 */
export function listHolds(home: Home, all: boolean): HoldRow[] {
  return readAllHolds(home)
    .filter(({ released }) => all || released === null)
    .map(toRow);
}

function toRow({ added, released, threadIds, ancestorIds }: Hold): HoldRow {
  const { hold_id, matter, who, at, selection } = added;
  return {
    schema: 'sessions.hold-row/1',
    ...{ hold_id, matter, who, at },
    query: selection.query,
    sessions: threadIds.size,
    ancestors: ancestorIds.size,
    released: released && { who: released.who, at: released.at, reason: released.reason },
  };
}
