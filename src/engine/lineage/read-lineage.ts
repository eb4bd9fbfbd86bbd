import type { ThreadRow } from '../../model/thread-row.ts';
import type { Catalog } from '../catalog.ts';
import type { Report } from '../problem.ts';
import type { Family } from './family.ts';
import { type FamilyOptions, findFamily } from './find-family.ts';
import { type ForkPoint, findForkPoints } from './fork-points.ts';
import { type Place, walkFamily } from './walk-family.ts';

/** One member of a session's family. Schema: `schemas/lineage.schema.json`. */
export interface LineageRow {
  schema: 'sessions.lineage/1';
  /** The session whose family it is. */
  lineage_of: string;
  thread_id: string;
  relation: 'self' | 'ancestor' | Origin;
  origin: Origin | null;
  from_thread_id: string | null;
  depth: number;
  forked_from_id: string | null;
  parent_thread_id: string | null;
  forked_at_turn: number | null;
  forked_at: string | null;
  method: ForkPoint['method'] | null;
  missing: boolean;
  name: string | null;
  first_message: string | null;
  turns: number | null;
  created_at: string | null;
  updated_at: string | null;
  archived: boolean | null;
  live: boolean | null;
  path: string | null;
  damage: string[];
}

/** How a session came to be, out of the one that it stands below. */
export type Origin = 'fork' | 'sub_agent' | 'review';

export interface Relative {
  row: LineageRow;
  place: Place;
}

/** The family of a session, each below the one that it comes from, the older first. */
export async function readLineage(catalog: Catalog, threadId: string, options: FamilyOptions): Promise<Relative[]> {
  const { family, rows } = await findFamily(catalog, threadId, options);
  const forks = new Map<string, string>();
  for (const [id, { forked_from_id }] of rows) {
    if (forked_from_id !== null && forked_from_id !== id) forks.set(id, forked_from_id);
  }
  const points = await findForkPoints(catalog, forks, options);
  reportGaps(family, rows, points, options.report);
  const ancestors = new Set(family.ancestors);
  const age = (id: string) => rows.get(id)?.created_at ?? '';
  const order = (a: string, b: string) => compare(age(a), age(b)) || compare(a, b);
  return [...walkFamily(family, order)].map((place) => {
    const row = rows.get(place.threadId);
    const stem = family.above(place.threadId);
    const origin = row && stem !== null ? originOf(row, stem) : null;
    const relation =
      place.threadId === threadId ? 'self' : ancestors.has(place.threadId) ? 'ancestor' : (origin ?? 'fork');
    const point = points.get(place.threadId);
    return {
      place,
      row: {
        schema: 'sessions.lineage/1',
        lineage_of: threadId,
        thread_id: place.threadId,
        relation,
        origin,
        from_thread_id: stem,
        depth: place.depth,
        forked_from_id: row?.forked_from_id ?? null,
        parent_thread_id: row?.parent_thread_id ?? null,
        forked_at_turn: point?.turn ?? null,
        forked_at: point ? (row?.created_at ?? null) : null,
        method: point?.method ?? null,
        missing: row === undefined,
        name: row?.name ?? null,
        first_message: row?.first_message ?? null,
        turns: row?.turns ?? null,
        created_at: row?.created_at ?? null,
        updated_at: row?.updated_at ?? null,
        archived: row?.archived ?? null,
        live: row?.live ?? null,
        path: row?.path ?? null,
        damage: row?.damage ?? [],
      },
    };
  });
}

function originOf({ source, forked_from_id }: ThreadRow, stem: string): Origin {
  if (source === 'subagent:review') return 'review';
  if (source?.startsWith('subagent')) return 'sub_agent';
  return forked_from_id === stem ? 'fork' : 'sub_agent';
}

function reportGaps(
  family: Family,
  rows: ReadonlyMap<string, ThreadRow>,
  points: ReadonlyMap<string, ForkPoint>,
  report: Report,
): void {
  const place = (id: string) => ({ file: rows.get(id)?.path ?? null, line: null, offset: null });
  for (const id of family.circles) {
    report({ rule: 'CYCLE', weight: 'lost', ...place(id), message: 'what it comes from leads back to itself' });
  }
  for (const id of [...family.members].sort(compare)) {
    const stem = family.above(id);
    if (stem === null || rows.has(stem)) continue;
    const message = `the session ${stem} that it comes from is not in this home`;
    // A copy can do without.
    const weight = points.get(id)?.method === 'reference' ? 'lost' : 'note';
    report({ rule: 'DANGLING', weight, ...place(id), message });
  }
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
