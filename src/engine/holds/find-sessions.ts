import { isThreadId } from '../../store/locks.ts';
import { resolveOperands } from '../operands.ts';
import type { SessionResolver } from '../resolve-session.ts';
import { threadOf } from '../thread-of.ts';
import { findPlaces } from './places.ts';

/**
 * The threads that a hold was asked for. One that is in the trash is named by its full id.
 *
 * @throws Failure `usage` for what names no session, or several
 */
export async function findSessions(
  sessions: SessionResolver,
  operands: readonly string[],
  stdin: AsyncIterable<Uint8Array>,
): Promise<string[]> {
  const catalog = await sessions.catalog();
  const isElsewhere = (operand: string) =>
    isThreadId(operand.toLowerCase()) && !catalog.thread(operand.toLowerCase()).length;
  const trashed: string[] = [];
  if (operands.some(isElsewhere)) {
    const places = await findPlaces(catalog, () => {});
    for (const id of operands.filter(isElsewhere).map((operand) => operand.toLowerCase()))
      if (places.thread(id).length > 0) trashed.push(id);
  }
  const others = operands.filter((operand) => !trashed.includes(operand.toLowerCase()));
  const { targets, remove } = await resolveOperands(sessions, others, stdin);
  remove();
  return [...new Set([...trashed, ...targets.map((target) => threadOf(catalog, target))])].sort();
}
