import type { Home } from '../../store/home.ts';
import type { Catalog } from '../catalog.ts';
import { type HoldOptions, type HoldSurvey, surveyHolds } from './survey-holds.ts';

/**
 * Which of these sessions are held, and by which holds; a session that is not among the result is free. Whoever deletes or
 * changes files asks first. With many sessions, ask once for all of them: a hold by query reads what it has to match.
 *
 * @param catalog of the home; sessions in its trash are found beside it
 * @returns ids of the holds by thread id
 *
 * @throws Failure `refused` when that cannot be known: a damaged `holds.jsonl`, a folder or a held session that cannot be read
 */
export async function checkHolds(
  _home: Home,
  catalog: Catalog,
  threadIds: Iterable<string>,
  options: HoldOptions,
): Promise<Map<string, string[]>> {
  const asked = [...threadIds];
  return heldAmong(asked, await surveyHolds(catalog, asked, options));
}

/** The same from a survey of everything. */
export function heldAmong(threadIds: Iterable<string>, survey: HoldSurvey): Map<string, string[]> {
  const held = new Map<string, string[]>();
  for (const id of threadIds) {
    const ids = survey.holds.flatMap(({ hold, covered }) => (covered.has(id) ? [hold.added.hold_id] : []));
    if (ids.length > 0) held.set(id, ids);
  }
  return held;
}
