import { Failure } from '../../base/failure.ts';
import { oneLine } from '../../base/safe-text.ts';
import type { Hold } from '../../store/holds.ts';

/**
 * The hold of this id, or whose id alone begins like this.
 *
 * @throws Failure `usage` when there is none, or several
 */
export function findHold(holds: readonly Hold[], text: string): Hold {
  const id = text.toLowerCase();
  const [found, ...others] = holds.filter(({ added }) => id !== '' && added.hold_id.startsWith(id));
  if (found && others.length === 0) return found;
  const what = oneLine(text.slice(0, 60));
  const message = found ? `'${what}' names ${others.length + 1} holds` : `no hold has the id '${what}'`;
  throw new Failure('usage', message, { hint: 'sessions hold ls --all shows all there are' });
}
