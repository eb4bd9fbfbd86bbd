import { isDeepStrictEqual } from 'node:util';
import { Failure } from '../../base/failure.ts';
import { type Hold, holdsPath } from '../../store/holds.ts';
import type { Home } from '../../store/home.ts';
import { readJournal } from '../../store/journal-read.ts';

/**
 * Compares the holds with the journal, which has an entry of each one that was acknowledged, and of its release before that is
 * written: a file that was removed or cut short reads like one that never had more, and one that was edited like any other.
 *
 * @throws Failure `refused` when a hold or a line of it is gone or covers something else, or a hold was released by nobody; or the journal is damaged
 */
export function checkAgainstJournal(home: Home, holds: readonly Hold[]): void {
  const known = new Map(holds.map((hold) => [hold.added.hold_id, hold]));
  const unexplained = new Map<string, Hold>();
  for (const entry of readJournal(home)) {
    if (entry.event === 'hold-release') unexplained.delete(entry.tx);
    if (entry.event !== 'hold-add' && entry.event !== 'hold-noted') continue;
    const hold = known.get(entry.tx);
    if (!hold) throw refusal(home, `hold ${entry.tx} is in the journal, and not here`);
    if (entry.event === 'hold-add' && !isDeepStrictEqual(hold.added.selection, entry.selection)) {
      throw refusal(home, `hold ${entry.tx} covers something else here than in the journal`);
    }
    // Earlier versions noted no checksum.
    if (typeof entry.line_sha256 === 'string' && !hold.lines.has(entry.line_sha256)) {
      throw refusal(home, `a line of hold ${entry.tx} was changed or is gone here`);
    }
    if (hold.released && entry.event === 'hold-add') unexplained.set(entry.tx, hold);
  }
  const [released] = unexplained.keys();
  if (released !== undefined) throw refusal(home, `hold ${released} is released here, and not in the journal`);
}

function refusal(home: Home, reason: string): Failure {
  return new Failure('refused', `what is held cannot be known: ${reason}`, {
    file: holdsPath(home),
    hint: 'put the file back as it was, from a backup if need be; nothing is deleted or changed before that',
  });
}
